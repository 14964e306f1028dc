/** Discord's OpenAPI file as the referee of every request, where it lies beside the checkout. */
import { existsSync } from "node:fs";
import path from "node:path";

import { openApiReferee } from "@atelier/sandbox/openapi";

const FILE = path.resolve(import.meta.dirname, "../../../shared/discord/openapi.json");

export const hasOpenApi = existsSync(FILE);

/** undefined where the file is missing. */
export const referee = openApiReferee(FILE);

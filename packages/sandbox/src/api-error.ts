/** Discord's errors: a status, a number, a text, and for malformed bodies a tree of faults. */
import type { Json } from "./json.ts";

/** Number -> [HTTP status, text], as documented under "JSON error codes". */
const ERRORS = {
  0: [404, "404: Not Found"],
  10003: [404, "Unknown Channel"],
  10004: [404, "Unknown Guild"],
  10007: [404, "Unknown Member"],
  10008: [404, "Unknown Message"],
  10013: [404, "Unknown User"],
  10014: [400, "Unknown Emoji"],
  10015: [404, "Unknown Webhook"],
  10062: [404, "Unknown interaction"],
  10063: [404, "Unknown application command"],
  20016: [400, "This action cannot be performed due to slowmode rate limit"],
  30010: [400, "Maximum number of reactions reached (20)"],
  30032: [400, "Maximum number of application commands reached (100)"],
  30046: [429, "Maximum number of edits to messages older than 1 hour reached"],
  40002: [403, "You need to verify your account in order to perform this action"],
  40005: [413, "Request entity too large"],
  40060: [400, "Interaction has already been acknowledged."],
  40094: [400, "This interaction has hit the maximum number of follow up messages"],
  50001: [403, "Missing Access"],
  50003: [403, "Cannot execute action on a DM channel"],
  50005: [403, "Cannot edit a message authored by another user"],
  50006: [400, "Cannot send an empty message"],
  50007: [403, "Cannot send messages to this user"],
  50008: [400, "Cannot send messages in a non-text channel"],
  50013: [403, "Missing Permissions"],
  50021: [403, "Cannot execute action on a system message"],
  50024: [400, "Cannot execute action on this channel type"],
  50027: [401, "Invalid Webhook Token"],
  50035: [400, "Invalid Form Body"],
  50083: [400, "Thread is archived"],
  50109: [400, "The request body contains invalid JSON."],
  160002: [400, "Cannot reply without permission to read message history"],
  160004: [400, "A thread has already been created for this message"],
  160005: [400, "Thread is locked"],
  160006: [400, "Maximum number of active threads reached"],
} as const satisfies Record<number, readonly [number, string]>;

/** A refusal, answered as Discord would. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: number;
  readonly errors: Json | undefined;

  constructor(code: number, options: { status?: number; message?: string; errors?: Json } = {}) {
    const [status, message] = (ERRORS as Record<number, readonly [number, string]>)[code] ?? [400, "Error"];
    super(options.message ?? message);
    this.code = code;
    this.status = options.status ?? status;
    this.errors = options.errors;
  }

  get body(): Json {
    return { message: this.message, code: this.code, ...(this.errors && { errors: this.errors }) };
  }
}

/** The text Discord gives for a number, for scripted faults. */
export const errorText = (code: number): string =>
  (ERRORS as Record<number, readonly [number, string]>)[code]?.[1] ?? "Error";

/** Where something stands in a body. */
export type Path = readonly (string | number)[];

/** Gathers the faults of a body, so that all are answered at once as `50035` with Discord's nested `errors`. */
export class FormFaults {
  readonly #faults: { path: Path; code: string; message: string }[] = [];

  add(path: Path, code: string, message: string): void {
    this.#faults.push({ path, code, message });
  }

  /** A text of `low` to `high` characters, or a fault. Absent values pass unless `low` is given and `required`. */
  text(path: Path, value: unknown, low: number, high: number, required = false): void {
    if (value === undefined || value === null) {
      if (required) this.required(path);
      return;
    }
    if (typeof value !== "string") return this.add(path, "STRING_TYPE_CONVERT", "Could not interpret this as string.");
    if (value.length >= low && value.length <= high) return;
    const message = low === 0 ? `Must be ${high} or fewer in length.` : `Must be between ${low} and ${high} in length.`;
    this.add(path, low === 0 ? "BASE_TYPE_MAX_LENGTH" : "BASE_TYPE_BAD_LENGTH", message);
  }

  required(path: Path): void {
    this.add(path, "BASE_TYPE_REQUIRED", "This field is required");
  }

  choice(path: Path, values: readonly unknown[]): void {
    this.add(path, "BASE_TYPE_CHOICES", `Value must be one of {${values.join(", ")}}.`);
  }

  count(path: Path, length: number, low: number, high: number): void {
    if (length < low || length > high)
      this.add(path, "BASE_TYPE_BAD_LENGTH", `Must be between ${low} and ${high} in length.`);
  }

  range(path: Path, value: unknown, low: number, high: number): void {
    if (value === undefined || value === null) return;
    if (typeof value !== "number" || !Number.isInteger(value))
      return this.add(path, "NUMBER_TYPE_COERCE", `Value ${JSON.stringify(value)} is not int.`);
    if (value < low) this.add(path, "NUMBER_TYPE_MIN", `int value should be greater than or equal to ${low}.`);
    if (value > high) this.add(path, "NUMBER_TYPE_MAX", `int value should be less than or equal to ${high}.`);
  }

  get empty(): boolean {
    return this.#faults.length === 0;
  }

  /** @throws ApiError 50035 when there is a fault; `under` is put before every path */
  throwIfAny(under: Path = []): void {
    if (this.empty) return;
    const errors: Json = {};
    for (const { path, code, message } of this.#faults) {
      let node = errors;
      for (const key of [...under, ...path]) node = (node[key] ??= {}) as Json;
      ((node["_errors"] ??= []) as Json[]).push({ code, message });
    }
    throw new ApiError(50035, { errors });
  }
}

/** Refuses a body for one fault. */
export function refuse(path: Path, code: string, message: string): never {
  const faults = new FormFaults();
  faults.add(path, code, message);
  faults.throwIfAny();
  throw new Error("unreachable");
}

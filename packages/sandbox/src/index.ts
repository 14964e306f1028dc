/** A strict local Discord: see `startSandbox`. */
export { type DiscordSandbox, type Edit, type SandboxLog, type SandboxOptions, startSandbox } from "./sandbox.ts";
export type { Locale } from "../page/locales.js";
export type { CdnFault } from "./cdn.ts";
export type { Fault } from "./faults.ts";
export type { Try } from "./live/tries.ts";
export type { UploadedFile } from "./messages/uploads.ts";
export type { InteractionCall, ShownModal } from "./people/call.ts";
export type { FieldValues } from "./people/fields.ts";
export type { OptionValues } from "./people/options.ts";
export type { MessageRef, Person } from "./people/person.ts";
export type { PermissionName } from "./permissions.ts";
export type { RequestRecord } from "./rest/call.ts";
export type { RequestReferee } from "./rest/router.ts";
export type { Change } from "./world/changes.ts";
export type { PersonName } from "./world/seed.ts";
export type { Message } from "./world/types.ts";

/** What can go wrong between this machine and the hub, in words that say what to do. */

export type HubFault =
  | "unauthorized"
  | "gated"
  | "not-found"
  | "range"
  | "rate-limited"
  | "server"
  | "network"
  | "size"
  | "corrupt"
  | "protocol";

/** The hub did not give what was asked for. The message is for people and holds no token and no signed address. */
export class HubError extends Error {
  override readonly name = "HubError";
  readonly fault: HubFault;
  readonly status: number | null;
  /** How long the server asked to wait before the next try. */
  readonly retryAfterMs: number | null;
  constructor(
    fault: HubFault,
    message: string,
    options: ErrorOptions & { status?: number; retryAfterMs?: number | null } = {},
  ) {
    super(message, options);
    this.fault = fault;
    this.status = options.status ?? null;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

/** Whether the same request may well succeed a little later. */
export const isTransient = (error: unknown): boolean =>
  error instanceof HubError &&
  (error.fault === "rate-limited" || error.fault === "server" || error.fault === "network");

/** The wait that a `Retry-After` header asks for (seconds or a date), in milliseconds. */
export function retryAfterMs(header: string | null, now = Date.now()): number | null {
  if (header === null || header.trim() === "") return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

export interface RequestContext {
  readonly endpoint: string;
  readonly repo: string;
  readonly revision: string;
  /** `null` where the request is about the repository as a whole. */
  readonly path: string | null;
  readonly hasToken: boolean;
}

/** The error for an answer that is not a success. */
export function errorOfResponse(response: Response, context: RequestContext): HubError {
  const { status } = response;
  const { endpoint, repo, hasToken } = context;
  const page = `${endpoint}/${repo}`;
  const code = response.headers.get("x-error-code");
  const what = context.path === null ? repo : `${context.path} of ${repo}`;
  const wait = retryAfterMs(response.headers.get("retry-after"));
  const fault = (kind: HubFault, message: string): HubError =>
    new HubError(kind, message, { status, retryAfterMs: wait });

  if (code === "GatedRepo" || status === 403) {
    const token = hasToken ? "Your HF_TOKEN has not been given access" : "Then set HF_TOKEN to a token of that account";
    return fault("gated", `${repo} wants its terms agreed to: open ${page}, sign in and agree. ${token}.`);
  }
  if (status === 401) {
    return fault(
      "unauthorized",
      hasToken
        ? `The hub refuses your HF_TOKEN: it is wrong or has expired. Make a new one at ${endpoint}/settings/tokens.`
        : `${repo} does not exist, or only opens to people who are signed in: set HF_TOKEN (${endpoint}/settings/tokens).`,
    );
  }
  if (status === 404) {
    if (code === "RevisionNotFound") return fault("not-found", `${repo} has no revision ${context.revision}.`);
    return fault("not-found", `The hub does not have ${what} (at revision ${context.revision}).`);
  }
  if (status === 416) {
    return fault("range", `The server's copy of ${what} is shorter than the hub says. Try again later.`);
  }
  if (status === 429) {
    const advice = hasToken ? "Wait a few minutes." : "Wait a few minutes, or set HF_TOKEN, which raises the limit.";
    return fault("rate-limited", `The hub limits how often it may be asked. ${advice}`);
  }
  if (status >= 500) return fault("server", `The hub is in trouble (status ${status}). Try again later.`);
  return fault("protocol", `The hub answered ${status} when asked for ${what}.`);
}

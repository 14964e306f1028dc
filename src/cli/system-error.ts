/** Errors of the operating system in a person's words, with what to do. */

interface SystemError extends Error {
  readonly code: string;
  readonly path?: string;
  /** Where a copy or a new name goes. */
  readonly dest?: string;
  readonly port?: number;
}

const isSystemError = (error: unknown): error is SystemError =>
  error instanceof Error && "code" in error && typeof error.code === "string" && "syscall" in error;

const WORDS: Readonly<Record<string, (place: string, error: SystemError) => string>> = {
  ENOENT: (place) => `There is no ${place}.`,
  EACCES: (place) => `This user may not use ${place}. Change its permissions, or name another place.`,
  EPERM: (place) => `This user may not use ${place}. Change its permissions, or name another place.`,
  EROFS: (place) => `${place} is on a disk that cannot be written to. Name another place.`,
  EISDIR: (place) => `${place} is a folder. Name a file.`,
  ENOTDIR: (place) => `${place} leads through something that is not a folder. Name another place.`,
  EEXIST: (place) => `${place} is a file, where a folder is wanted. Name another place.`,
  ENAMETOOLONG: () => "The name is too long for this disk. Choose a shorter one.",
  ENOSPC: (place) => `The disk is full (${place}). Free some room and try again.`,
  EDQUOT: (place) => `This user's share of the disk is used up (${place}). Free some room and try again.`,
  EADDRINUSE: (_place, { port }) => `Port ${port} is taken by another program. Choose another port.`,
};

/**
 * One or two sentences for what the system refused; `null` where it is no such error or one without words.
 *
 * @param place what to call the thing where the error names none
 */
export function systemErrorWords(error: unknown, place = "while writing"): string | null {
  if (!isSystemError(error)) return null;
  return WORDS[error.code]?.(error.dest ?? error.path ?? place, error) ?? null;
}

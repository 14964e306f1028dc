/** Jobs that nobody waits for: their turns come after those of all others. */

/** Turns from here on are of jobs in the background. No queue of members gets so far. */
export const BACKGROUND_TURN = 2 ** 40;

export const isBackgroundTurn = (turn: number): boolean => turn >= BACKGROUND_TURN;

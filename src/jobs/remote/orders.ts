/** What bots tell workers. Whoever misses it finds the row as it stands. */
import { z } from "zod";

/** A job that may run was settled by somebody else. */
export const orderSchema = z.object({ cancelled: z.string() });

export type Order = z.infer<typeof orderSchema>;

// A thread of the conversion. Threads do not inherit the loader of TypeScript on every Node that is supported.
import { register } from "tsx/esm/api";

register();
const { serve } = await import("./conversion-worker.ts");
serve();

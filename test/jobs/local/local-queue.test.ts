import { queueContract } from "../queue-contract.ts";
import { inProcess } from "./in-process.ts";

queueContract("the in-process queue", inProcess);

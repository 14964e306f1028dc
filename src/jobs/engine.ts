/** The engine as a port: what the queue, the votes and the desk of learning ask of it, wherever the heavy work runs. */
import type { Blend } from "../blend.ts";
import type { FaceReport } from "../faces/face-report.ts";
import type { StylizerId, StylizeSettings, TokenForm, UsedStepCache, UsedStylePath } from "../painting.ts";
import type { Learned } from "../stylize/stylizer.ts";
import type { Variant } from "../variant.ts";

/** What the engine turned out to be, once it has started. */
export interface EngineInfo {
  /** Which engine paints. */
  readonly stylizer: StylizerId;
  /** Describer id, and the name people see. */
  readonly describer: string;
  readonly describerLabel: string;
  /** Id of the network that sees a picture's style as a vector. */
  readonly styleNetwork: string;
  /** Id of the checker that says which pictures are unsafe; `null`: none does. */
  readonly safetyChecker: string | null;
  /** The execution provider in use. */
  readonly device: string;
  /** Whether describing and stylizing may run at the same time (different devices). */
  readonly parallelStages: boolean;
  /** Long side of the largest picture that it paints in HD, pixels; absent: it knows no HD. */
  readonly largestSide?: number;
  /** Whether it paints pictures in several styles at once; absent: it knows no blends. */
  readonly blends?: boolean;
}

/** A stored picture as the engine sees it: a file of normalised PNG bytes and its content hash. */
export interface EnginePicture {
  /** Absolute. */
  readonly path: string;
  /** Of its bytes, hex: the key of whatever the engine keeps of it. */
  readonly sha256: string;
}

/** A style to put into words. */
export interface DescribeTask {
  readonly image: EnginePicture;
  /** Instruction to the captioner; by default the paper's. */
  readonly prompt?: string;
  /** Look at the picture as the reference code does. */
  readonly faithful?: boolean;
}

/** A style in words, and whose words they are. */
export interface DescribeReply {
  readonly text: string;
  /** Id of the describer that wrote them. */
  readonly describer: string;
  /**
   * For people, in English (see `retold`), when another describer than the engine's own had to take over: which one
   * failed, and why.
   */
  readonly note?: string;
}

/** A picture to paint. */
export interface StylizeTask {
  readonly content: EnginePicture;
  /** Always given; the variant `prompt` does not look at it. */
  readonly style: EnginePicture;
  readonly variant: Variant;
  /** What a describer said of the style, whole; of this only the sentences on style count. `null`: nobody was asked. */
  readonly description: string | null;
  /** What the person said, which counts as it stands: a description in place of a generated one, words added to either. */
  readonly ownWords: readonly string[];
  readonly settings: StylizeSettings;
  /** File of the token that was learned for the style. */
  readonly tokenPath?: string | null;
  /** Further styles that it takes beside `style` (`blendOf`); absent: none. Only for engines that know `blends`. */
  readonly blend?: Blend<BlendedTaskStyle>;
  /** Where the engine writes the result, PNG. */
  readonly outputPath: string;
  /** Folder for previews (JPEG), or `null` for none. */
  readonly previewDir: string | null;
}

/** One of the further styles of a picture. */
export interface BlendedTaskStyle {
  readonly picture: EnginePicture;
  /** As `StylizeTask.description`, of this style; `ownWords` count for all styles. */
  readonly description: string | null;
  /** As `StylizeTask.tokenPath`, of this style. */
  readonly tokenPath?: string | null;
}

/** A picture that was painted, and how. */
export interface StylizeReply {
  /** The file that was asked for. */
  readonly outputPath: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly engine: StylizerId;
  /** Steps that were run. */
  readonly steps: number;
  /** Guidance scale used, `null` where there was none. */
  readonly guidance: number | null;
  /** How the style image entered, `null` where it did not or the engine has one way only. */
  readonly stylePath: UsedStylePath | null;
  /** Of StyleShot: whether the content's contours were drawn over; absent where they are nobody's business. */
  readonly contours?: boolean;
  /** What steps took over from each other; absent or `null`: nothing. */
  readonly stepCache?: UsedStepCache | null;
  /** Rows that went through the UNet, where there is one; those that took deep features over count for what they cost. */
  readonly unetRows?: number;
}

/** A style to be learned in the background: engines let every other task go first. */
export interface LearnTask {
  readonly image: EnginePicture;
  /** The style in words, which the vector starts from; `null`: from plain words. */
  readonly description: string | null;
  /** What is trained. */
  readonly form: TokenForm;
  /** Side of the square the picture is seen in, and the most steps; `null`: the engine's own. */
  readonly size: number | null;
  readonly maxSteps: number | null;
  /** File in which the run is kept, and from which it goes on. */
  readonly statePath: string;
  /** Folder for samples (JPEG), or `null` for none. */
  readonly sampleDir: string | null;
}

/** How learning ended; the vector itself is in the state's file. */
export type LearnReply = Learned;

/** What an engine tells about a task while it works on it. */
export type EngineNews =
  /** A description grows; `text`: the whole of it so far. */
  | { readonly type: "text"; readonly text: string }
  /** `step` of `steps` is done. */
  | { readonly type: "progress"; readonly step: number; readonly steps: number }
  /**
   * A preview as it was after `step` of `steps`, or a sample of what is being learned, in a file (JPEG); `path` is
   * absolute. `unsafe`: as a quick look has it.
   */
  | {
      readonly type: "preview";
      readonly path: string;
      readonly step: number;
      readonly steps: number;
      readonly unsafe: boolean;
    }
  /** Learning begins, or goes on after `step`; `size`: the side of the square that the picture is seen in, pixels. */
  | { readonly type: "begun"; readonly size: number; readonly step: number }
  /** The loss of a style that is being learned was looked at after `step`. */
  | { readonly type: "look"; readonly step: number; readonly loss: number };

/** What whoever waits for a task has to do with it meanwhile. */
export interface EngineHooks {
  /** Stops the task, with the process when `CANCEL_GRACE_SECONDS` are over. */
  readonly signal?: AbortSignal;
  /** Is called as it happens, and not after the task was told to stop. Returns at once; throws nothing. */
  readonly onNews?: (news: EngineNews) => void;
}

/**
 * The port behind which the heavy work runs, in another process. Every method rejects with `UserError` (bad input),
 * `EngineError` (retryable or not) or `CancelledError`, and with nothing else.
 */
export interface Engine {
  /** Starts the process and finds out what it can do. */
  start(): Promise<EngineInfo>;
  /** `null` until started. */
  readonly info: EngineInfo | null;
  /** Whether a picture shows faces; quick. */
  findFaces(image: EnginePicture): Promise<FaceReport>;
  /** Whether a picture may be for adults alone, as `safetyChecker` has it; never where there is none. */
  isUnsafe(image: EnginePicture): Promise<boolean>;
  /** A picture's style as `styleNetwork` sees it, of unit length; quick, and lets every other task go first. */
  styleVector(image: EnginePicture, hooks?: EngineHooks): Promise<readonly number[]>;
  /** Puts a style into words; another describer takes over where the engine's own fails. */
  describe(task: DescribeTask, hooks?: EngineHooks): Promise<DescribeReply>;
  /** Paints into `task.outputPath`. */
  stylize(task: StylizeTask, hooks?: EngineHooks): Promise<StylizeReply>;
  /**
   * Learns a style until its loss settles; what was reached stays in the state's file, however it ends.
   *
   * @throws UserError `learning-needs-diffusion` where the engine cannot
   */
  learn(task: LearnTask, hooks?: EngineHooks): Promise<LearnReply>;
  /**
   * Drops what is kept in memory of pictures.
   *
   * @param isWhole also what was kept once and may still lie there, as soon as nothing is worked on
   */
  forget(isWhole: boolean): void;
  /** Ends the process; running tasks reject with `CancelledError`. */
  stop(): Promise<void>;
}

/** What an engine that repaints pictures is, whichever way it does it: the contract of `embedded` and of `diffusion`. */
import type { Blend, Weighed } from "../blend.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import type { StylizerId, StylizeSettings, TokenForm, UsedStepCache, UsedStylePath } from "../painting.ts";
import type { Variant } from "../variant.ts";

/** A picture to paint. */
export interface StylizeInput {
  /** What is repainted, in any size. */
  readonly content: RgbImage;
  /** Always given; the variant `prompt` does not look at it. */
  readonly style: RgbImage;
  /** Sha256 (hex) of the stored pictures: cache keys for latents, patch banks and statistics. */
  readonly contentSha256: string;
  readonly styleSha256: string;
  readonly variant: Variant;
  /** Style description in English; `null` only for the variant `inst`. */
  readonly description: string | null;
  /** What was learned for the style image: one or more vectors of the text encoder's width, one after the other. */
  readonly token?: Float32Array | null;
  /** Further styles that it takes beside `style`; absent: none. */
  readonly blend?: Blend<BlendedStyle>;
  /** Within `SETTING_BOUNDS`. */
  readonly settings: StylizeSettings;
}

/** One of the further styles of a picture. */
export interface BlendedStyle {
  /** As `StylizeInput` has it of its style: the picture, and the sha256 of its file. */
  readonly picture: RgbImage;
  readonly sha256: string;
  /** As `StylizeInput.description`, of this style. */
  readonly description: string | null;
  /** As `StylizeInput.token`, of this style. */
  readonly token?: Float32Array | null;
}

/**
 * All styles of a picture; of one that is no blend, its style, which has the whole weight. In the order of their hashes, so
 * that the order in which people name them decides nothing.
 */
export const stylesOf = ({
  style: picture,
  styleSha256: sha256,
  description,
  token = null,
  blend,
}: Pick<StylizeInput, "style" | "styleSha256" | "description" | "token" | "blend">): readonly Weighed<BlendedStyle>[] =>
  [{ picture, sha256, description, token, weight: blend?.weight ?? 1 }, ...(blend?.others ?? [])].toSorted(
    (one, other) => Number(one.sha256 > other.sha256) - Number(one.sha256 < other.sha256),
  );

/** What happens while a picture is painted. */
export interface StylizeHooks {
  /** Stops it. */
  readonly signal?: AbortSignal;
  /** `step` of `steps` is finished; `step` never falls. */
  readonly onProgress?: (step: number, steps: number) => void;
  /** A coarse picture of what is coming, any size with the result's aspect ratio. */
  readonly onPreview?: (image: RgbImage, step: number, steps: number) => void;
}

/** A picture that was painted, and how. */
export interface StylizeResult {
  readonly image: RgbImage;
  /** Steps that were run. */
  readonly steps: number;
  /** Guidance scale used, `null` where the engine has none. */
  readonly guidance: number | null;
  /** How the style image entered, `null` where it did not or the engine has one way only. */
  readonly stylePath: UsedStylePath | null;
  /** Of StyleShot: whether the content's contours were drawn over; absent where they are nobody's business. */
  readonly contours?: boolean;
  /** What steps took over from each other; absent or `null`: nothing. */
  readonly stepCache?: UsedStepCache | null;
  /**
   * Rows that passed the UNet, inversions included: what the picture cost (diffusion only). Of a step that took something
   * over, the part of a row that it computed. Over contours each costs a third more.
   */
  readonly unetRows?: number;
}

/** A style to learn, and how. */
export interface LearnInput {
  readonly picture: RgbImage;
  /** Sha256 (hex) of the stored picture. */
  readonly styleSha256: string;
  /** The style in words, which the vector starts from; `null`: from plain words. */
  readonly description: string | null;
  /** What is trained. */
  readonly form: TokenForm;
  /** Side of the square the picture is seen in; `null`: 512, and 256 on a processor, where 512 takes four times as long. */
  readonly size: number | null;
  /** `null`: the form's own. */
  readonly maxSteps: number | null;
  /** Where the run is kept. One that is there already is gone on with. */
  readonly statePath: string;
}

/** What happens while a style is learned, and what goes first. */
export interface LearnHooks {
  /** Stops it; what was reached is kept. */
  readonly signal?: AbortSignal;
  /** It begins, or goes on after `step`; `size` is the side of the square that the picture is seen in. */
  readonly onBegun?: (size: number, step: number) => void;
  /** `step` is done, of `maxSteps` at most. */
  readonly onStep?: (step: number, maxSteps: number) => void;
  /** The loss of the fixed set was looked at. */
  readonly onLook?: (step: number, loss: number) => void;
  /** What the vector stands for by now. */
  readonly onSample?: (image: RgbImage, step: number) => void;
  /** Resolves when nothing more urgent is waiting; asked before every pass of a network. */
  readonly giveWay?: () => Promise<void>;
  /** Whether something more urgent is waiting; a sample that is being painted is then put off. */
  readonly isBusy?: () => boolean;
}

/** How learning a style ended. */
export interface Learned {
  /** Steps done, and the step whose vector is the best. */
  readonly steps: number;
  readonly best: number;
  /** Loss of the fixed set before the first step, and of the best vector. */
  readonly firstLoss: number;
  readonly loss: number;
  readonly form: TokenForm;
}

/** Repaints a content picture. Cancels within 250 ms by throwing `CancelledError`. */
export interface Stylizer {
  readonly id: StylizerId;
  /** @throws UserError for what a person can put right; EngineError; CancelledError */
  stylize(input: StylizeInput, hooks?: StylizeHooks): Promise<StylizeResult>;
  /**
   * Opens what a picture of `size` pixels needs and runs it once, so that the first picture need not wait for a card to
   * find its kernels; engines that have none cannot.
   */
  warmUp?(size: number, signal?: AbortSignal): Promise<void>;
  /** Drops what is kept of pictures from one to the next; engines that keep nothing need not. */
  forget?(): void;
  /** Learns a style's token; engines without networks cannot. */
  learn?(input: LearnInput, hooks?: LearnHooks): Promise<Learned>;
}

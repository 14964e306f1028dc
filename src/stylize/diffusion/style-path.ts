/** Which way the style image enters a diffusion picture, and how a learned token is put into words. */
import type { ClipTokenizer } from "../../../models/clip-tokenizer.ts";
import { UserError } from "../../errors.ts";
import { waysOf } from "../../painting.ts";
import type { LearnedToken } from "./diffusion-networks.ts";
import { STYLE_TOKEN } from "./style-token.ts";
import { type StylizeInput, type StylizeResult, stylesOf } from "../stylizer.ts";

type Path = NonNullable<StylizeResult["stylePath"]>;

/**
 * `auto`: the token where one was learned for the style (for each of several), else shared attention, else latent statistics, which is all that
 * the reference code has without a token, and all that a draft can do: attention takes both pictures to noise in small steps.
 *
 * @param width of the checkpoint's token embeddings
 * @returns `null` where the variant does not look at the style image
 * @throws UserError when the token is asked for and there is none that fits
 */
export function choosePath(input: StylizeInput, width: number): Path | null {
  const { variant, settings } = input;
  if (variant === "prompt") return null;
  const styles = stylesOf(input);
  const unfit = styles.find(({ token }) => !token || token.length === 0 || token.length % width !== 0);
  if (waysOf(settings.stylePath).token && unfit)
    throw new UserError("style-not-learned", {
      sentence: unfit.token ? "error.style-not-learned.here" : "error.style-not-learned",
      values: { styles: styles.length },
    });
  if (settings.stylePath !== "auto") return settings.stylePath;
  if (!unfit) return "token";
  return settings.faithful || settings.speed === "draft" ? "adain" : "attention";
}

/** The text of a picture: `*` for a learned style, followed by the description; `*` in other people's words is nothing. */
export function promptOf(text: string, vectors: number): string {
  if (vectors === 0) return text;
  const words = text.replaceAll(STYLE_TOKEN, " ").trim();
  const token = Array.from({ length: vectors }, () => STYLE_TOKEN).join(" ");
  return words === "" ? token : `${token}, ${words}`;
}

export const learnedToken = (tokenizer: ClipTokenizer, vector: Float32Array): LearnedToken => ({
  id: tokenizer.encode(STYLE_TOKEN)[0]!,
  vector,
});

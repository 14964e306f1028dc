/** A decoded picture: 8-bit sRGB, interleaved `RGBRGB…`, row by row from the top, no alpha, upright. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** length `width * height * 3` */
  readonly data: Uint8Array;
}

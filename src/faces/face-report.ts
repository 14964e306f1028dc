/** What is known of the faces in a picture. */

/** A face, in pixels of the picture; the box is about 30 % larger than the face. */
export interface Face {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** How sure the detector is, 0.5 to 1. */
  readonly score: number;
}

/** What the detector, or a moderator, says of a picture. */
export interface FaceReport {
  /** A face covers at least 1 % of the picture. */
  readonly prominent: boolean;
  /** Best first. */
  readonly faces: readonly Face[];
}

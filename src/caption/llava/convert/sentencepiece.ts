/**
 * A SentencePiece model of LLaMA's kind (BPE with byte fallback) as the `tokenizer.json` that tokenizers libraries
 * load. Fields: https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto
 */
import { checkpointError } from "../../../onnx/files/tensor-source.ts";

interface Piece {
  readonly text: string;
  readonly score: number;
  /** 1 normal, 2 unknown, 3 control, 4 user-defined, 6 byte */
  readonly type: number;
}

/** @param added tokens after the vocabulary, in order: their ids follow its last one */
export function tokenizerJson(model: Uint8Array, added: readonly string[], label = "tokenizer.model"): object {
  const pieces = readPieces(model, label);
  const special = [
    ...pieces.flatMap(({ text, type }, id) => (type === 2 || type === 3 ? [{ id, content: text }] : [])),
    ...added.map((content, i) => ({ id: pieces.length + i, content })),
  ];
  const bos = pieces.findIndex(({ text }) => text === "<s>");
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: special.map((token) => ({
      ...token,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    // As SentencePiece itself: a space before every stretch between special tokens, whatever it begins with. What stands
    // before a picture and after it is so encoded apart, as LLaVA does.
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "Prepend", prepend: "▁" },
        { type: "Replace", pattern: { String: " " }, content: "▁" },
      ],
    },
    pre_tokenizer: null,
    post_processor: {
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
      pair: [
        { SpecialToken: { id: "<s>", type_id: 0 } },
        { Sequence: { id: "A", type_id: 0 } },
        { SpecialToken: { id: "<s>", type_id: 1 } },
        { Sequence: { id: "B", type_id: 1 } },
      ],
      special_tokens: { "<s>": { id: "<s>", ids: [bos], tokens: ["<s>"] } },
    },
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        { type: "Strip", content: " ", start: 1, stop: 0 },
      ],
    },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: "<unk>",
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab: Object.fromEntries(pieces.map(({ text }, id) => [text, id])),
      merges: mergesOf(pieces),
    },
  };
}

/**
 * SentencePiece keeps no merges: it joins whatever pair of pieces makes the best-scored piece. So every way to cut a
 * piece in two known ones is a merge, in the order of the scores.
 */
function mergesOf(pieces: readonly Piece[]): [string, string][] {
  const ids = new Map(pieces.map(({ text }, id) => [text, id]));
  const merges = pieces.flatMap(({ text, score }) => {
    const letters = Array.from(text);
    const cuts: { left: string; right: string; score: number }[] = [];
    for (let i = 1; i < letters.length; i++) {
      const [left, right] = [letters.slice(0, i).join(""), letters.slice(i).join("")];
      if (ids.has(left) && ids.has(right)) cuts.push({ left, right, score });
    }
    return cuts;
  });
  return merges.sort((a, b) => b.score - a.score).map(({ left, right }) => [left, right]);
}

/** Field 1 of the model: the pieces. Everything else is skipped. */
function readPieces(model: Uint8Array, label: string): Piece[] {
  const pieces: Piece[] = [];
  try {
    for (const { field, bytes } of fields(model)) if (field === 1 && bytes) pieces.push(readPiece(bytes));
  } catch (error) {
    throw checkpointError(label, "is not a SentencePiece model, or is cut off", error);
  }
  if (pieces.length === 0) throw checkpointError(label, "is a SentencePiece model without pieces");
  return pieces;
}

function readPiece(message: Uint8Array): Piece {
  let [text, score, type] = ["", 0, 1];
  for (const { field, bytes, number } of fields(message)) {
    if (field === 1 && bytes) text = Buffer.from(bytes).toString("utf8");
    if (field === 2 && bytes) score = new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true);
    if (field === 3) type = number;
  }
  return { text, score, type };
}

/** The fields of a protobuf message. @throws RangeError where it breaks off or has a group */
function* fields(message: Uint8Array): Generator<{ field: number; number: number; bytes?: Uint8Array }> {
  let at = 0;
  const varint = (): number => {
    for (let value = 0, shift = 1; ; shift *= 128) {
      const byte = message[at++];
      if (byte === undefined || shift > 2 ** 63) throw new RangeError("a number breaks off");
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  const take = (length: number): Uint8Array => {
    if (at + length > message.length) throw new RangeError("a field breaks off");
    return message.subarray(at, (at += length));
  };
  while (at < message.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    const wire = tag % 8;
    if (wire === 0) yield { field, number: varint() };
    else if (wire === 1) yield { field, number: 0, bytes: take(8) };
    else if (wire === 2) yield { field, number: 0, bytes: take(varint()) };
    else if (wire === 5) yield { field, number: 0, bytes: take(4) };
    else throw new RangeError(`wire type ${wire}`);
  }
}

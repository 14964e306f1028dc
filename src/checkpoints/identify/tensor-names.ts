/** The names of a file's tensors and their shapes: all that tells what a file is. No weight is read. */
import type { TensorSource } from "../../onnx/files/tensor-source.ts";

export class TensorNames {
  readonly #shapes: ReadonlyMap<string, readonly number[]>;

  constructor(shapes: ReadonlyMap<string, readonly number[]>) {
    this.#shapes = shapes;
  }

  static of(source: TensorSource): TensorNames {
    return new TensorNames(new Map(source.names.map((name) => [name, shapeIn(source, name)])));
  }

  get count(): number {
    return this.#shapes.size;
  }

  has(pattern: RegExp): boolean {
    return this.first(pattern) !== null;
  }

  every(...patterns: readonly RegExp[]): boolean {
    return patterns.every((pattern) => this.has(pattern));
  }

  /** Shape of the first tensor whose name matches. */
  first(pattern: RegExp): readonly number[] | null {
    for (const [name, shape] of this.#shapes) if (pattern.test(name)) return shape;
    return null;
  }

  /** Those whose names begin so, without it. */
  below(prefix: string): TensorNames {
    const inside = [...this.#shapes].filter(([name]) => name.startsWith(prefix));
    return new TensorNames(new Map(inside.map(([name, shape]) => [name.slice(prefix.length), shape])));
  }
}

/** Torch files refuse tensors that lie with gaps; what they are called still tells what the file is. */
function shapeIn(source: TensorSource, name: string): readonly number[] {
  try {
    return source.find(name)?.shape.map(Number) ?? [];
  } catch {
    return [];
  }
}

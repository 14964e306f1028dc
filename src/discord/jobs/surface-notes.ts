/** Notes where a job is shown, so that another process would go on with the same messages. */
import { RETRY_FLAG, type Surface, type SurfacePatch, type SurfaceRepository } from "../../store/surface-repository.ts";

export class SurfaceNotes {
  readonly #surfaces: SurfaceRepository;
  #surface: Surface;
  #unwritten: SurfacePatch = {};
  #unraised: string | null = null;

  constructor(surfaces: SurfaceRepository, surface: Surface) {
    this.#surfaces = surfaces;
    this.#surface = surface;
  }

  /** As it is, whether that could be written down or not. */
  get surface(): Surface {
    return this.#surface;
  }

  /** What cannot be written now is written with the next note. @throws whatever kept it from being written */
  async note(patch: SurfacePatch): Promise<void> {
    this.#surface = { ...this.#surface, ...patch };
    const notes = { ...this.#unwritten, ...patch };
    this.#unwritten = notes;
    const { jobId } = this.#surface;
    if (this.#unraised !== null) await this.#surfaces.raise(jobId, this.#unraised);
    this.#unraised = null;
    await this.#surfaces.update(jobId, notes);
    if (this.#unwritten === notes) this.#unwritten = {};
  }

  /** What is said in the channel goes on there: a later start would find no message of it in a thread. */
  async threadless(patch: SurfacePatch = {}): Promise<void> {
    this.#unraised = "threadless";
    await this.note(patch);
  }

  /** How often the job was queued again by hand. */
  get round(): number {
    return this.#surface.flags.filter((flag) => flag.startsWith(RETRY_FLAG)).length;
  }

  /** Whether the job is told in the channel, with no thread to be opened. */
  get isThreadless(): boolean {
    return this.#surface.flags.includes("threadless");
  }
}

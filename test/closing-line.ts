/** Ends a run with one plain line, `1830 passed, 0 failed, 2 skipped`, for whoever reads logs by machine. */
import type { Reporter, TestModule } from "vitest/node";

export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) for (const test of module.children.allTests()) counts[test.result().state] += 1;
    // A file that could not be loaded has no tests to count.
    const broken = modules.filter((module) => module.errors().length > 0).length;
    const failed = counts.failed + broken + errors.length;
    process.stdout.write(`${counts.passed} passed, ${failed} failed, ${counts.skipped + counts.pending} skipped\n`);
  }
}

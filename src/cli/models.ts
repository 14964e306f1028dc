/** `atelier models`: lists, installs, checks and removes checkpoints. */
import type { Command } from "commander";

import { findInCatalogue } from "../checkpoints/catalogue.ts";
import { originWords } from "../checkpoints/commit.ts";
import { CheckpointStore, notInstalled } from "../checkpoints/checkpoint-folder.ts";
import { findOthers, type Found, useWords } from "../checkpoints/identify/found.ts";
import { identify } from "../checkpoints/identify/identify.ts";
import { verifyCheckpoint, type FileFault } from "../checkpoints/verify.ts";
import { readConfig, type Config } from "../config.ts";
import { UserError } from "../errors.ts";
import { withInterrupt } from "./interrupt.ts";
import { install } from "./models-install.ts";
import { listCheckpoints, modelTable } from "./models-table.ts";
import { paintFor } from "./paint.ts";
import { progressLine } from "./progress.ts";
import { refuseUnknown } from "./usage.ts";

export function registerModels(program: Command): void {
  const models = program.command("models").description("list, install, check and remove the weights of networks");

  const list = models
    .command("list", { isDefault: true })
    .description("what can be installed, and what is")
    .option("--json", "print JSON and nothing else", false)
    .action(async ({ json }: { json: boolean }) => {
      const store = storeOf(readConfig());
      const rows = await listCheckpoints(store);
      if (json) return console.log(JSON.stringify(rows, null, 2));
      const found = await findOthers(store.folder, new Set(rows.map(({ name }) => name)));
      console.log(modelTable(rows, found, paintFor(process.stdout)));
    });

  refuseUnknown(models, list);

  models
    .command("install")
    .description("download a checkpoint and check it; a broken download goes on where it stopped")
    .argument("<name>", "its name in the list")
    .option("-y, --yes", "agree to its licence without being asked", false)
    .action(async (name: string, { yes }: { yes: boolean }) => install(findInCatalogue(name), readConfig(), yes));

  models
    .command("identify")
    .description("say of any files what they are and whether they can be used here; nothing in them is run")
    .argument("<file...>", "files or folders")
    .option("--json", "print JSON and nothing else", false)
    .action(async (files: string[], { json }: { json: boolean }) => {
      const found: Found[] = [];
      for (const name of files) found.push({ name, ...(await identify(name)) });
      if (json) return console.log(JSON.stringify(found, null, 2));
      for (const one of found) console.log(`${one.name}: ${one.words} (${useWords(one) ?? "not usable here"})`);
    });

  models
    .command("verify")
    .description("read installed checkpoints again and compare every file with its checksum")
    .argument("[name...]", "their names; all that are installed by default")
    .action(async (names: string[]) => verify(names, storeOf(readConfig())));

  models
    .command("remove")
    .description("delete a checkpoint")
    .argument("<name>", "its name")
    .action(async (name: string) => {
      const store = storeOf(readConfig());
      const { name: known } = findInCatalogue(name);
      await store.remove(known);
      console.log(`Removed ${store.folderOf(known)}`);
    });

  models
    .command("where")
    .description("print the folder of an installed checkpoint")
    .argument("<name>", "its name")
    .action(async (name: string) => {
      const store = storeOf(readConfig());
      if (!(await store.manifest(findInCatalogue(name).name))) throw notInstalled(name);
      console.log(store.folderOf(name));
    });
}

const storeOf = ({ MODELS_DIR }: Config): CheckpointStore => new CheckpointStore(MODELS_DIR);

const FAULT: Readonly<Record<FileFault["fault"], string>> = {
  missing: "is missing",
  size: "has another size",
  checksum: "was altered: its checksum does not hold",
};

async function verify(names: readonly string[], store: CheckpointStore): Promise<void> {
  const wanted = names.length > 0 ? names : (await store.installed()).map(({ name }) => name);
  if (wanted.length === 0) console.log(`Nothing is installed in ${store.folder}.`);
  const damaged: string[] = [];
  for (const name of wanted) {
    const faults = await withInterrupt(async (signal) => {
      const bar = progressLine();
      const onProgress = (bytes: number, total: number, file: string): void => bar.show(bytes, total, file);
      return verifyCheckpoint(store, findInCatalogue(name).name, { signal, onProgress }).finally(() => bar.stop());
    });
    if (faults.length === 0) {
      const origins = (await store.manifest(name))?.sources.map(originWords) ?? [];
      console.log(`${name}: every file is as it was installed (${origins.join(" and ")}).`);
    } else damaged.push(name);
    for (const { file, fault } of faults) console.log(`${name}: ${file} ${FAULT[fault]}.`);
  }
  if (damaged.length === 0) return;
  const commands = damaged.map((name) => `atelier models install ${name}`).join(" and ");
  throw new UserError("checkpoint-damaged", `Not all files are sound. Fetch them again with: ${commands}`);
}

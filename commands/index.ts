/** Everything a Discord user can do. */
import { PermissionFlagsBits } from "discord.js";

import type { Commands } from "../src/discord/interactions/handler.ts";
import { about } from "./about.ts";
import { showAgain } from "./again.ts";
import { ballot, face } from "./ballot.ts";
import { block, blockReported, unblock } from "./block.ts";
import { cancel } from "./cancel.ts";
import { compare, compareAgain, compareResult, endComparison } from "./compare.ts";
import { erase, remove } from "./delete.ts";
import { editPrompt, editedPrompt } from "./edit-prompt.ts";
import { history, turnHistory } from "./history.ts";
import { more } from "./more.ts";
import { paintAgain } from "./paint-pair.ts";
import { paint } from "./paint.ts";
import { privacy, privacyButton } from "./privacy.ts";
import { queue } from "./queue.ts";
import { deleteReported, report } from "./report.ts";
import { rerun } from "./rerun.ts";
import { scoresExport, scoresShow } from "./scores.ts";
import { settings, settingsMenu } from "./settings.ts";
import { styleDescribe } from "./style-describe.ts";
import { styleExport, styleImport } from "./style-export.ts";
import { learnThis, stopLearning, styleLearn } from "./style-learn.ts";
import { styleList } from "./style-list.ts";
import { styleRemove, styleRename } from "./style-rename.ts";
import { saveThis, styleSave } from "./style-save.ts";
import { styleShow } from "./style-show.ts";
import { paintWith, paintWithContent, styles, turnStyles } from "./styles.ts";
import { studyMake } from "./study-make.ts";
import { studyButton, studyClose, studyPanel, studyReport, studyStart, studyStatus } from "./study.ts";
import { answeredWith } from "./picture-modal.ts";
import { stylizeAvatar, stylizeThis, useAsStyle } from "./stylize-this.ts";
import { stylize } from "./stylize.ts";
import { tweak, tweaked } from "./tweak.ts";

export const commands: Commands = {
  handlers: [
    stylize,
    paint,
    stylizeThis,
    useAsStyle,
    stylizeAvatar,
    styles,
    history,
    report,
    styleDescribe,
    styleSave,
    styleList,
    styleShow,
    styleRename,
    styleRemove,
    styleExport,
    styleImport,
    styleLearn,
    queue,
    about,
    privacy,
    compare,
    scoresShow,
    scoresExport,
    studyStart,
    studyMake,
    studyStatus,
    studyReport,
    studyClose,
    settings,
    block,
    unblock,
  ],
  groups: {
    style: {},
    scores: {},
    study: { permissions: PermissionFlagsBits.ManageGuild },
  },
  buttons: {
    ballot,
    cancel,
    compare: compareResult,
    "compare-again": showAgain,
    delete: remove,
    "block-reported": blockReported,
    "delete-reported": deleteReported,
    "edit-prompt": editPrompt,
    "end-comparison": endComparison,
    erase,
    face,
    history: turnHistory,
    "learn-style": learnThis,
    more,
    "paint-again": showAgain,
    "paint-with": paintWith,
    privacy: privacyButton,
    rerun,
    "save-style": saveThis,
    "stop-learning": stopLearning,
    study: studyButton,
    "study-panel": studyPanel,
    styles: turnStyles,
    tweak,
  },
  menus: { settings: settingsMenu },
  modals: {
    "compare-again": compareAgain,
    "edit-prompt": editedPrompt,
    "paint-again": paintAgain,
    "paint-with": paintWithContent,
    "stylize-this": answeredWith("style"),
    tweak: tweaked,
    "use-as-style": answeredWith("content"),
  },
};

/** Commits of the hub's repositories: the revisions that never change. */

/** Whether a revision is one, and no branch or tag that may move on. */
export const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision);

/** Where an installed file is from, for people: `organisation/name at 0123456789`. */
export const originWords = ({ repo, commit }: { readonly repo: string; readonly commit: string }): string =>
  `${repo} at ${commit.slice(0, 10)}`;

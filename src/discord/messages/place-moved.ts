/** The thread is gone or closed; the conversation goes on in the channel. Messages in the thread cannot be edited any more. */
export class PlaceMoved extends Error {
  override readonly name = "PlaceMoved";
}

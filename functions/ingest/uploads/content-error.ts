/** Content that cannot be read: what is wrong with it, as the uploader is told. */
export class ContentError extends Error {
  override readonly name = 'ContentError';
}

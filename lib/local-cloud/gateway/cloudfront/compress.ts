import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type GatewayResponse, headerOf } from '../message.ts';

/** Types that CloudFront compresses (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html). */
const COMPRESSIBLE =
  /^(text\/(css|html|javascript|plain|xml|csv|markdown|x-[\w-]+)|application\/(javascript|x-javascript|json|ld\+json|manifest\+json|xml|xhtml\+xml|rss\+xml|wasm|vnd\.api\+json)|image\/svg\+xml|font\/(opentype|otf|ttf|truetype))\b/;

const MINIMUM_BYTES = 1_000;
const MAXIMUM_BYTES = 10_000_000;

/** The response, compressed the way the viewer accepts and the cache policy allows. */
export async function compressResponse(
  response: GatewayResponse,
  acceptEncoding: string,
  allowed: { readonly gzip: boolean; readonly brotli: boolean },
): Promise<GatewayResponse> {
  const { status, headers, body } = response;
  const suitable =
    status === 200 &&
    body.length >= MINIMUM_BYTES &&
    body.length <= MAXIMUM_BYTES &&
    headerOf(headers, 'content-encoding') === undefined &&
    COMPRESSIBLE.test(headerOf(headers, 'content-type') ?? '');
  const encoding =
    allowed.brotli && /\bbr\b/.test(acceptEncoding)
      ? 'br'
      : allowed.gzip && /\bgzip\b/.test(acceptEncoding)
        ? 'gzip'
        : undefined;
  if (!suitable || encoding === undefined) return response;
  const compressed =
    encoding === 'br'
      ? await promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })
      : await promisify(gzip)(body);
  return {
    status,
    headers: [
      ...headers
        .filter(([name]) => name.toLowerCase() !== 'content-length')
        // the bytes are others now, so a strong validator would lie
        .map(([name, value]) =>
          name.toLowerCase() === 'etag' ? ([name, value.replace(/^"/, 'W/"')] as const) : ([name, value] as const),
        ),
      ['content-encoding', encoding],
      ['vary', 'Accept-Encoding'],
    ],
    body: compressed,
  };
}

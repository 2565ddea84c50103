import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { toIndexName } from '../../../functions/core/event-id.ts';
import {
  decodeFrame,
  encodeFrame,
  FrameError,
  type FrameSettings,
  MAX_FRAME_BYTES,
  packFrames,
  readLines,
} from '../../../functions/core/frame.ts';
import type { ProjectId } from '../../../functions/core/project.ts';
import { ulid } from '../../../functions/core/ulid.ts';

const settings: FrameSettings = {
  project: 'demo' as ProjectId,
  index: toIndexName('30d', 20_000),
  received: 1_795_246_800_000,
};
const makeId = () => ulid(settings.received);

describe('frames', () => {
  it('give back the lines that were packed, in order', () => {
    const lines = ['{"a":1}', '{"b":"ünï"}', '{"c":"\\n"}'];
    const frames = packFrames(settings, lines, makeId).map((frame) => decodeFrame(encodeFrame(frame)));
    expect(frames).toHaveLength(1);
    expect(frames.flatMap(readLines)).toEqual(lines);
    expect(frames[0]?.header).toMatchObject({ ...settings, v: 1, events: 3, dropped: 0 });
  });

  it('are split until each fits a record', () => {
    const lines = Array.from({ length: 40 }, () => JSON.stringify({ noise: randomBytes(60_000).toString('base64') }));
    const frames = packFrames(settings, lines, makeId);
    expect(frames.length).toBeGreaterThan(1);
    for (const frame of frames) expect(encodeFrame(frame).length).toBeLessThanOrEqual(MAX_FRAME_BYTES);
    expect(frames.flatMap(readLines)).toEqual(lines);
    expect(new Set(frames.map(({ header }) => header.id)).size).toBe(frames.length);
  });

  it('hold an event alone that is larger than a record, for the caller to put elsewhere', () => {
    const line = JSON.stringify({ noise: randomBytes(1_500_000).toString('base64') });
    const frames = packFrames(settings, ['{"a":1}', line], makeId);
    expect(frames.flatMap(readLines)).toEqual(['{"a":1}', line]);
    expect(frames.some((frame) => encodeFrame(frame).length > MAX_FRAME_BYTES)).toBe(true);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['another format', Buffer.from('{"logs":[]}')],
    [
      'a header that runs past the record',
      Buffer.concat([Buffer.from('TRB1'), Buffer.from([0, 0, 1, 0]), Buffer.from('{}')]),
    ],
    [
      'a header of another version',
      Buffer.concat([Buffer.from('TRB1'), Buffer.from([0, 0, 0, 7]), Buffer.from('{"v":9}')]),
    ],
    ['a header that is no JSON', Buffer.concat([Buffer.from('TRB1'), Buffer.from([0, 0, 0, 3]), Buffer.from('abc')])],
  ])('refuse %s', (_what, data) => {
    expect(() => decodeFrame(data)).toThrow(FrameError);
  });

  it('refuse a body that is not what the header says', () => {
    const [frame] = packFrames(settings, ['{"a":1}', '{"b":2}'], makeId);
    if (frame === undefined) throw new Error('no frame');
    expect(() => readLines({ ...frame, header: { ...frame.header, events: 3 } })).toThrow(
      /counts 3 events, body holds 2/,
    );
    expect(() => readLines({ ...frame, header: { ...frame.header, bytes: 2 } })).toThrow(FrameError);
    expect(() => readLines({ ...frame, body: frame.body.subarray(0, 5) })).toThrow(FrameError);
  });
});

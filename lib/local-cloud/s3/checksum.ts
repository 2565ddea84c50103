import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { createCRC32, createCRC64 } from 'hash-wasm';

export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';

/** A checksum of an object or part, as base64; `-<parts>` behind it when it is one of the parts' checksums. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

export interface Hasher {
  update(bytes: Uint8Array): void;
  digest(): Buffer;
}

const ALGORITHMS: readonly ChecksumAlgorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'];

/** Reflected polynomials of the two that Node has not. */
const CRC32C_POLYNOMIAL = 0x82f63b78;
const CRC64NVME_POLYNOMIAL = '9a6c9329ac4bc9b5';

export const checksumHeader = (algorithm: ChecksumAlgorithm): string => `x-amz-checksum-${algorithm.toLowerCase()}`;

/** The algorithm that a header or trailer of this name carries a checksum of. */
export const algorithmOfHeader = (name: string): ChecksumAlgorithm | undefined =>
  ALGORITHMS.find((algorithm) => checksumHeader(algorithm) === name);

export const algorithmNamed = (name: string): ChecksumAlgorithm | undefined =>
  ALGORITHMS.find((algorithm) => algorithm === name);

export async function makeHasher(algorithm: ChecksumAlgorithm): Promise<Hasher> {
  switch (algorithm) {
    case 'SHA1':
      return createHash('sha1');
    case 'SHA256':
      return createHash('sha256');
    case 'CRC32':
      return new Crc32();
    case 'CRC32C':
    case 'CRC64NVME': {
      const hasher = await (algorithm === 'CRC32C'
        ? createCRC32(CRC32C_POLYNOMIAL)
        : createCRC64(CRC64NVME_POLYNOMIAL));
      hasher.init();
      return { update: (bytes) => void hasher.update(bytes), digest: () => Buffer.from(hasher.digest('binary')) };
    }
    default:
      return algorithm satisfies never;
  }
}

class Crc32 implements Hasher {
  #value = 0;

  update(bytes: Uint8Array): void {
    this.#value = crc32(bytes, this.#value);
  }

  digest(): Buffer {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(this.#value);
    return bytes;
  }
}

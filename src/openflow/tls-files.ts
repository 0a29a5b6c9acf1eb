/**
 * The files by which both ends of a TLS connection prove who they are: `ssl:` and `pssl:`.
 *
 * As `ovs-vsctl set-ssl` has them. They are read for each listener and each attempt to connect, so
 * that renewed ones are used from then on. A peer's certificate must come from the authority; the
 * name in it says nothing, as in OVS. Answers to `lib/stream-ssl.c`.
 */

import { readFileSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';
import { FileError, systemReason, UpcallError } from '../base/errors.js';
import { formatTarget, type Target } from './target.js';

export interface TlsFiles {
  /** A private key, PEM. */
  readonly privateKey: string;
  /** The certificate for it, PEM. */
  readonly certificate: string;
  /** The certificate of the authority that peers' certificates come from, PEM. */
  readonly caCertificate: string;
}

/** Throws an `UpcallError` where there are no files, or one cannot be read. */
export function readTlsFiles(target: Target, files: TlsFiles | undefined): SecureContextOptions {
  if (files === undefined) {
    throw new UpcallError(
      `Cannot use "${formatTarget(target)}": TLS needs a private key, a certificate and the ` +
        'certificate of an authority; name their files',
    );
  }
  const { privateKey, certificate, caCertificate } = files;
  return {
    key: read(privateKey),
    cert: read(certificate),
    ca: read(caCertificate),
    minVersion: 'TLSv1.2',
  };
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new FileError(path, `Cannot read "${path}" for TLS: ${systemReason(error)}`, {
      cause: error,
    });
  }
}

import { isHostError } from '@ostrata/contract';
import { AttemptFailure, type FailureKind } from './attempt-failure.ts';
import type { TransportCode } from './errors.ts';
import { redactText } from './redact.ts';

const TLS = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO|HOSTNAME_MISMATCH|ERR_OSSL)/;

/** Says of an error from got or Node whether it may go well later, and in whose words. */
export function classify(error: unknown, shown: string): unknown {
  if (error instanceof AttemptFailure || isHostError(error) || !(error instanceof Error)) return error;
  // got wraps what a stream was destroyed with.
  if (error.cause instanceof AttemptFailure) return error.cause;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const [kind, ours, hint] = judge(code);
  const detail = redactText(error.message) || code;
  return new AttemptFailure(kind, ours, `${shown} could not be fetched: ${detail}`, {
    ...(hint === undefined ? {} : { hint }),
    data: { url: shown, code },
  });
}

function judge(code: string): [FailureKind, TransportCode, string?] {
  if (code === 'ERR_TOO_MANY_REDIRECTS')
    return ['mirror', 'TRANSPORT_REDIRECT', 'The server redirects in circles: correct the URL.'];
  if (code === 'ETIMEDOUT')
    return ['transient', 'TRANSPORT_TIMEOUT', 'The server does not answer: check the network and the proxy.'];
  if (code === 'ERR_PROXY_INVALID_CONFIG' || code === 'ERR_PROXY_TUNNEL') {
    return ['transient', 'TRANSPORT_PROXY', 'Check the URL of the proxy and its login.'];
  }
  if (TLS.test(code)) {
    return [
      'mirror',
      'TRANSPORT_TLS',
      'Check the clock of this machine, sslcacert and sslverify of the source, or tls-ca-path and tls-permissive of the remote.',
    ];
  }
  if (code === 'ENOTFOUND')
    return ['mirror', 'TRANSPORT_CONNECTION', 'The name of the server is not known: check the URL and the network.'];
  if (code === 'ERR_INVALID_URL') return ['mirror', 'TRANSPORT_URL_INVALID'];
  return ['transient', 'TRANSPORT_CONNECTION', 'Check the network and the proxy.'];
}

import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** The proxies before the router, and the header in which they say for whom they ask. */
export interface TrustedProxies {
  /** Addresses and ranges: `10.0.0.0/8`, `::1`. Empty: nobody is believed. */
  readonly ranges: readonly string[];
  readonly header: 'x-forwarded-for' | 'forwarded';
}

export const noProxies: TrustedProxies = { ranges: [], header: 'x-forwarded-for' };

/** The network address of the client of a request. */
export type ClientAddress = (request: Pick<IncomingMessage, 'socket' | 'headers'>) => string | undefined;

/**
 * The address of the connection; where that is a trusted proxy, the nearest one in its header that is none. A header of anybody else is not
 * looked at: whoever could choose an address could choose a new one for each request.
 * @throws RangeError that names the range that is none
 */
export function clientAddressBehind({ ranges, header }: TrustedProxies): ClientAddress {
  const trusted = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const version = isIP(address);
    const length = bits === undefined ? (version === 6 ? 128 : 32) : Number(bits);
    if (version === 0 || !Number.isInteger(length) || length < 0 || length > (version === 6 ? 128 : 32))
      throw new RangeError(`"${range}" is no address and no range of addresses: 10.0.0.0/8 is one.`);
    trusted.addSubnet(address, length, version === 6 ? 'ipv6' : 'ipv4');
  }
  const isTrusted = (address: string): boolean => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return ({ socket, headers }) => {
    let address = plain(socket.remoteAddress ?? '');
    if (address === null) return undefined;
    if (ranges.length === 0) return address;
    const given = headers[header];
    for (const said of hops(typeof given === 'string' ? given : '', header).reverse()) {
      if (!isTrusted(address)) return address;
      const next = plain(said);
      if (next === null) return address; // no address at all: the last one that is known
      address = next;
    }
    return address;
  };
}

const hops = (text: string, header: TrustedProxies['header']): string[] =>
  text.split(',').flatMap((item) => {
    const said = header === 'forwarded' ? /(?:^|;)\s*for=("[^"]*"|[^;]*)/i.exec(item.trim())?.[1]?.replaceAll('"', '') : item;
    return said?.trim() || [];
  });

/** Without port and brackets; an IPv4 address in IPv6 form as IPv4. Null: no address. */
function plain(said: string): string | null {
  const address = /^\[([^\]]*)\](?::\d+)?$/.exec(said)?.[1] ?? /^([\d.]+):\d+$/.exec(said)?.[1] ?? said;
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address;
  return isIP(mapped) === 0 ? null : mapped;
}

/** What an address is counted under: a house has a whole /64 of IPv6 addresses. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const left = head.split(':').filter(Boolean);
  const right = tail?.split(':').filter(Boolean) ?? [];
  const all =
    tail === undefined ? left : [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0'), ...right];
  return `${all
    .slice(0, 4)
    .map((part) => Number.parseInt(part, 16).toString(16))
    .join(':')}::/64`;
}

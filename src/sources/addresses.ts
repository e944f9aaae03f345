import { BlockList, isIP } from 'node:net';

/** An IP address, or a range such as `192.30.252.0/22`. */
export function isAddressRange(range: string): boolean {
  const [address = '', bits, ...rest] = range.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/** Tells whether an address lies in one of the ranges. */
export function addressesOf(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [given = '', bits] = range.split('/');
    const address = plainAddress(given);
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (given) => {
    const address = plainAddress(given);
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
  };
}

/** A socket that listens for both families shows an IPv4 address as an IPv6 one. */
function plainAddress(address: string): string {
  return address
    .trim()
    .replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
    .replace(/%.*$/, '');
}

/** As some proxies write an address: `192.0.2.1:5555`, `[2001:db8::1]:443`, `"[2001:db8::1]"`. */
export function withoutPort(text: string): string {
  const given = text.trim().replace(/^"(.*)"$/, '$1');
  return /^\[([^\]]*)\](?::\d{1,5})?$/.exec(given)?.[1] ?? given.replace(/^([\d.]+):\d{1,5}$/, '$1');
}

/** Zip files of stored entries, right or wrong on purpose. */
interface Fault {
  readonly method?: number;
  readonly flags?: number;
  readonly offset?: number;
  readonly size?: number;
}

const LARGE = 0xffffffff;

/** @param large write sizes and places as zip64 does, in fields of their own */
export function zipOf(
  entries: readonly (readonly [name: string, content: Buffer, fault?: Fault])[],
  large = false,
): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let position = 0;
  for (const [name, content, fault = {}] of entries) {
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(fault.flags ?? 0, 8);
    central.writeUInt16LE(fault.method ?? 0, 10);
    central.writeUInt32LE(content.length, 20);
    central.writeUInt32LE(fault.size ?? content.length, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(fault.offset ?? position, 42);
    const extra = Buffer.alloc(large ? 28 : 0);
    if (large) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      for (const [i, at] of [24, 20, 42].entries()) {
        extra.writeBigUInt64LE(BigInt(central.readUInt32LE(at)), 4 + 8 * i);
        central.writeUInt32LE(LARGE, at);
      }
      central.writeUInt16LE(extra.length, 30);
    }
    bodies.push(local, Buffer.from(name), content);
    directory.push(central, Buffer.from(name), extra);
    position += 30 + name.length + content.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(position, 16);
  if (!large) return Buffer.concat([...bodies, central, end]);
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(BigInt(entries.length), 32);
  record.writeBigUInt64LE(BigInt(central.length), 40);
  record.writeBigUInt64LE(BigInt(position), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(position + central.length), 8);
  end.writeUInt32LE(LARGE, 16);
  return Buffer.concat([...bodies, central, record, locator, end]);
}

/** The content of a stored entry, found by its local header. */
export function readStored(zip: Buffer, name: string): Buffer {
  let at = zip.indexOf(Buffer.concat([Buffer.from("PK\x01\x02")]));
  for (; at >= 0; at = zip.indexOf("PK\x01\x02", at + 4)) {
    const nameLength = zip.readUInt16LE(at + 28);
    if (zip.toString("utf8", at + 46, at + 46 + nameLength) !== name) continue;
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    return zip.subarray(start, start + zip.readUInt32LE(at + 24));
  }
  throw new Error(`no ${name}`);
}

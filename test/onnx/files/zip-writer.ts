/** Zip files of stored entries, right or wrong on purpose. */
interface Fault {
  readonly method?: number;
  readonly flags?: number;
  readonly offset?: number;
  readonly size?: number;
}

const LARGE = 0xffffffff;

/** @param padding bytes of extra field, which put the content where it is wanted */
export function localHeader(name: string, padding = 0): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(padding, 28);
  return Buffer.concat([header, Buffer.from(name), Buffer.alloc(padding)]);
}

export function centralHeader(name: string, size: number, position: number, fault: Fault = {}, large = false): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(fault.flags ?? 0, 8);
  header.writeUInt16LE(fault.method ?? 0, 10);
  header.writeUInt32LE(size, 20);
  header.writeUInt32LE(fault.size ?? size, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt32LE(fault.offset ?? position, 42);
  const extra = Buffer.alloc(large ? 28 : 0);
  if (large) {
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(24, 2);
    for (const [i, at] of [24, 20, 42].entries()) {
      extra.writeBigUInt64LE(BigInt(header.readUInt32LE(at)), 4 + 8 * i);
      header.writeUInt32LE(LARGE, at);
    }
    header.writeUInt16LE(extra.length, 30);
  }
  return Buffer.concat([header, Buffer.from(name), extra]);
}

export function endRecord(entries: number, size: number, position: number, large = false): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(large ? LARGE : position, 16);
  if (!large) return end;
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(BigInt(entries), 32);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(position), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(position + size), 8);
  return Buffer.concat([record, locator, end]);
}

/** @param large write sizes and places as zip64 does, in fields of their own */
export function zipOf(
  entries: readonly (readonly [name: string, content: Buffer, fault?: Fault])[],
  large = false,
): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let position = 0;
  for (const [name, content, fault] of entries) {
    const header = localHeader(name);
    bodies.push(header, content);
    directory.push(centralHeader(name, content.length, position, fault, large));
    position += header.length + content.length;
  }
  const central = Buffer.concat(directory);
  return Buffer.concat([...bodies, central, endRecord(entries.length, central.length, position, large)]);
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

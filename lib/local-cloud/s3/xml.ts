/** An element to write: text, or children in order; `undefined` children are left out. */
type XmlContent = string | number | boolean | readonly XmlElement[];
export type XmlElement = readonly [name: string, content: XmlContent | undefined];

/** An element as read: its text when it has no children. */
export interface XmlNode {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlNode[];
}

const HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** A whole document in S3's namespace. */
export function writeXml(root: string, children: readonly XmlElement[]): string {
  return `${HEADER}<${root} xmlns="${NAMESPACE}">${children.map(write).join('')}</${root}>`;
}

/** An error document, which has no namespace. */
export function writeErrorXml(children: readonly XmlElement[]): string {
  return HEADER + write(['Error', children]);
}

function write([name, content]: XmlElement): string {
  if (content === undefined) return '';
  const inner = typeof content === 'object' ? content.map(write).join('') : escapeText(String(content));
  return `<${name}>${inner}</${name}>`;
}

// XML 1.0 has no form for most control characters; S3 writes them as references all the same
const escapeText = (text: string): string =>
  text.replace(/[&<>"]|\p{Cc}/gu, (character) => ESCAPES[character] ?? `&#x${character.charCodeAt(0).toString(16)};`);

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Reads the plain XML that clients send: elements and text, no DTD, no comments. @returns undefined when it is not well formed */
export function readXml(source: string): XmlNode | undefined {
  const token = /<\?[^>]*\?>|<(\/?)([\w:.-]+)(?:\s[^<>]*?)?(\/?)>|([^<]+)/y;
  const root: OpenNode = { name: '', text: '', children: [] };
  const open: OpenNode[] = [root];
  let end = 0;
  for (let match = token.exec(source); match !== null; match = token.exec(source)) {
    const [, closing, name, selfClosing, text] = match;
    const current = open.at(-1);
    if (current === undefined) return undefined;
    if (text !== undefined) current.text += unescapeText(text);
    else if (name !== undefined && closing === '/') {
      if (current === root || current.name !== name) return undefined;
      open.pop();
    } else if (name !== undefined) {
      const node: OpenNode = { name, text: '', children: [] };
      current.children.push(node);
      if (selfClosing !== '/') open.push(node);
    }
    end = token.lastIndex;
  }
  const [document, ...others] = root.children;
  return end === source.length && open.length === 1 && others.length === 0 && root.text.trim() === ''
    ? document
    : undefined;
}

interface OpenNode extends XmlNode {
  text: string;
  readonly children: OpenNode[];
}

const unescapeText = (text: string): string =>
  text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (whole, hex?: string, decimal?: string, name?: string) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (name !== undefined) return ENTITIES[name] ?? whole;
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });

/** Text of the child `name`. */
export const childText = (node: XmlNode, name: string): string | undefined =>
  node.children.find((child) => child.name === name)?.text;

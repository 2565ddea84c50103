import { describe, expect, it } from 'vitest';
import { QueryLimitError, QuerySyntaxError } from '../../../../functions/search/language/errors.ts';
import { LIMITS } from '../../../../functions/search/language/limits.ts';
import { parse } from '../../../../functions/search/language/parser.ts';

/** Texts with one fault each; the fault stands between ‹ and ›, which are no part of the text. */
const PLACES: readonly string[] = [
  // something is missing
  'a OR‹›',
  'a AND‹›',
  'a OR ‹›',
  'NOT‹›',
  'a NOT‹›',
  '‹OR› a',
  '‹AND› a',
  'a OR ‹OR› b',
  'a AND ‹AND› b',
  'a OR ‹AND› b',
  'a ||‹›',
  'a &&‹›',
  '(a OR ‹)›',
  '(‹)›',
  'a (‹)›',
  'NOT (‹)›',
  'service:‹›',
  'level:‹›',
  'a service:‹›',
  'service:(‹)›',
  'service:(a OR ‹)›',
  'service:(‹OR› a)',
  'code:>‹›',
  'code:>=‹›',
  'code:<‹ ›5',
  'level:<=‹›',
  '-service:‹›',
  // not closed
  '(‹›',
  '‹(›a',
  'a ‹(›b',
  '((a) ‹(›b',
  '‹(›a (b)',
  'service:‹(›a',
  '‹"›',
  '‹"›abc',
  'a ‹"›b c',
  'service:‹"›a b',
  '-‹"›a',
  '(‹"›a)',
  'a OR ‹"›b',
  'service:(‹"›a)',
  '‹(›"a)"',
  'NOT ‹(›a',
  // closed without being open
  '‹)›',
  'a ‹)›',
  '(a) ‹)›',
  '‹)› a',
  '(a OR b)‹)›',
  'NOT ‹)›',
  'a OR ‹)›',
  // ranges
  'code:‹[1›',
  'code:‹[1› TO',
  'code:‹[1› TO 2',
  'code:‹[1› 2]',
  'code:‹[]›',
  'code:‹{}›',
  'code:‹[›',
  'code:‹{›',
  'code:‹[TO›',
  'code:‹[1,2]›',
  'code:‹[1-2]›',
  'code:‹[1..2]›',
  'code:‹[1› to 2]',
  'code:‹[main]›',
  'code:[1 TO 2]‹x›',
  '‹code:[2 TO 1]›',
  '‹level:[error TO info]›',
  '‹time:[now TO now-1h]›',
  '‹time:[2026-01-02 TO 2026-01-01]›',
  '‹code:[a TO b]›',
  '‹code:[1 TO b]›',
  '‹code:["a" TO 5]›',
  '‹time:[x TO now]›',
  '‹level:[lo TO hi]›',
  '‹severity_number:[x TO 5]›',
  '‹message:[a TO b]›',
  '‹id:[a TO b]›',
  // values of the wrong kind
  '‹duration:>abc›',
  '‹duration:>=1x›',
  '‹duration:<now›',
  '‹duration:<=1,5›',
  '‹duration:>"a b"›',
  '‹duration:>1e›',
  '‹duration:>0x10›',
  '‹duration:>1_000›',
  '‹duration:>--1›',
  '‹duration:>.›',
  '‹duration:>NaN›',
  '‹duration:>Infinity›',
  '‹duration:>-›',
  '‹service:>a›',
  '‹trace_id:<=ff›',
  '‹level:>foo›',
  '‹level:>=5x›',
  '‹level:<unknown›',
  '‹time:yesterday›',
  '‹time:>tomorrow›',
  '‹time:2026-13-01›',
  '‹time:2026-02-30›',
  '‹time:25:00›',
  '‹time:>12h›',
  '‹time:>now-›',
  '‹time:>now-5›',
  '‹time:>now-5x›',
  '‹time:>now/›',
  '‹time:>now/q›',
  '‹time:2026›',
  '‹time:1e9›',
  '‹time:-1›',
  '‹time:>=2026-11-21T25:00:00Z›',
  '‹time:2026-11-21T07:61›',
  '‹time:*5›',
  '‹time:2026*›',
  '‹time:/2026/›',
  '‹received_at:soon›',
  '‹@timestamp:>x›',
  '‹timestamp:""›',
  '‹time:1900-01-01›',
  '‹time:3000-01-01›',
  '‹severity_number:high›',
  '‹severity_number:>warn›',
  '‹severity_number:1*›',
  '‹severity_number:/1/›',
  '‹severity_number:""›',
  '‹message:>5›',
  '‹message:>=a›',
  '‹original:<1›',
  '‹id:>5›',
  'a ‹code:>x› b',
  '(‹code:>x›)',
  '-‹code:>x›',
  'a OR ‹level:>x›',
  // regular expressions
  '‹/(/›',
  '‹/)/›',
  '‹/[/›',
  '‹/a**/›',
  '‹/*a/›',
  '‹/+/›',
  '‹/?/›',
  '‹/a{2,1}/›',
  '‹/a{1001}/›',
  '‹/(?<n/›',
  '‹/(?=a)/›',
  '‹/(?!a)/›',
  '‹/(?<=a)b/›',
  '‹/\\1/›',
  '‹/(a)\\1/›',
  '‹/[b-a]/›',
  '‹/\\p{Nope}/›',
  '‹/(?z)a/›',
  '‹/\\8/›',
  '‹/[[:nope:]]/›',
  '‹/x{0}**/›',
  'service:‹/(/›',
  'a ‹/(/› b',
  '(‹/[/›)',
  '-‹/(/›',
  'message:‹/a**/›',
  // quotes
  '‹""›',
  'a ‹""›',
  '‹" "›',
  '-‹""›',
  '(‹""›)',
  'service:"a"‹b›',
  'service:"a"‹"b"›',
  'service:(x "a"‹:›',
  'code:>"5"‹x›',
  // pipes
  '|‹›',
  'a |‹›',
  'a | ‹foo›',
  'a | ‹Stats› count',
  'a | ‹patterns›',
  'a | ‹where› x',
  'a | ‹|› b',
  'a | ‹5›',
  'a | stats‹›',
  'a | stats ‹foo›',
  'a | stats ‹foo›(x)',
  'a | stats ‹by› service',
  'a | stats count by‹›',
  'a | stats count by ‹,›',
  'a | stats count,‹›',
  'a | stats count, ‹,›',
  'a | stats avg‹›',
  'a | stats avg()‹›',
  'a | stats avg(‹›',
  'a | stats avg(x‹›',
  'a | stats avg(x ‹y)›',
  'a | stats sum(‹5)›',
  'a | stats count ‹service›',
  'a | stats count by ‹time(›',
  'a | stats count by ‹time()›',
  'a | stats count by ‹time(5)›',
  'a | stats count by ‹time(x)›',
  'a | stats count by ‹time(0m)›',
  'a | stats count by service ‹x›',
  'a | stats count by ‹5›',
  'a | top‹›',
  'a | top 5‹›',
  'a | top ‹0› x',
  'a | top ‹10001› x',
  'a | top ‹-5› x',
  'a | limit‹›',
  'a | limit ‹x›',
  'a | limit ‹0›',
  'a | limit ‹99999›',
  'a | limit 5 ‹x›',
  'a | sort‹›',
  'a | sort ‹5›',
  'a | sort x ‹up›',
  'a | sort x,‹›',
  'a | fields‹›',
  'a | fields ‹,›',
  'a | fields x ‹y›',
  'a | limit 5 | ‹stats› count',
  'a | stats count | ‹stats› count',
  'a | stats count | ‹top› 5 x',
  'a | sort x | ‹top› x',
  '‹"›| stats count',
  'a | fields ‹"x›',
  'a | stats count by ‹"x›',
];

const BROKEN = PLACES.map((marked) => {
  const start = marked.indexOf('‹');
  return { text: marked.replace(/[‹›]/g, ''), start, end: marked.indexOf('›') - 1 };
});

function faultOf(text: string): QuerySyntaxError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof QuerySyntaxError) return error;
    throw error;
  }
  throw new Error(`${text} was parsed`);
}

describe('a text that is no query', () => {
  it('is shown by 200 samples or more', () => {
    expect(new Set(BROKEN.map(({ text }) => text)).size).toBeGreaterThanOrEqual(200);
  });

  it.each(BROKEN)('$text is told at its place, with what was found and expected', ({ text, start, end }) => {
    const fault = faultOf(text);
    expect(fault.span).toEqual({ start, end });
    expect(fault.found).not.toBe('');
    expect(fault.expected.length).toBeGreaterThan(0);
    expect(fault.extensions).toEqual({ span: fault.span, found: fault.found, expected: fault.expected });
  });
});

describe('a query beyond a limit', () => {
  it.each([
    ['characters', 'x'.repeat(LIMITS.characters + 1)],
    ['terms', 'x '.repeat(LIMITS.leaves + 1)],
    ['depth by parentheses', `${'('.repeat(LIMITS.depth + 1)}x${')'.repeat(LIMITS.depth + 1)}`],
    ['depth by negation', `${'NOT '.repeat(LIMITS.depth + 1)}x`],
    ['depth by dashes', `${'-('.repeat(LIMITS.depth)}x${')'.repeat(LIMITS.depth)}`],
    ['pipes', `x${' | limit 5'.repeat(LIMITS.pipes + 1)}`],
    [
      'measures',
      `x | stats ${Array(LIMITS.measures + 1)
        .fill('count')
        .join(', ')}`,
    ],
    ['groups', 'x | stats count by a, b, c, d, e, f'],
  ])('is refused for its %s', (_limit, text) => {
    expect(() => parse(text)).toThrow(QueryLimitError);
  });

  it('is taken at the limit', () => {
    expect(() => parse('x '.repeat(LIMITS.leaves))).not.toThrow();
    expect(() => parse(`${'('.repeat(LIMITS.depth)}x${')'.repeat(LIMITS.depth)}`)).not.toThrow();
  });
});

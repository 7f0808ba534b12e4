import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MetadataError } from '../../../../plugins/repo-rpm/src/metadata/index.ts';
import { type XmlLimits, XmlScanner } from '../../../../plugins/repo-rpm/src/metadata/xml-scanner.ts';

/** What a scanner tells of a document, as text; `size` cuts the document into pieces. */
function events(document: string | Uint8Array, size = 1 << 16, limits: Partial<XmlLimits> = {}): string {
  const seen: string[] = [];
  const scanner = new XmlScanner(
    ['a', 'x'],
    {
      open(name, xml) {
        const id = xml.attributeText(2);
        seen.push(`<${xml.names.text(name)}${id === undefined ? '' : `(${id})`}`);
        return name === 1;
      },
      close(name, xml) {
        seen.push(`${name === 1 ? xml.textString() : ''}>`);
      },
    },
    limits,
  );
  const bytes = Buffer.from(document);
  for (let i = 0; i < bytes.length; i += size) scanner.write(bytes.subarray(i, i + size));
  scanner.end();
  return seen.join('');
}

function failure(document: string | Uint8Array, limits?: Partial<XmlLimits>): MetadataError {
  try {
    events(document, 1 << 16, limits);
  } catch (error) {
    assert.ok(error instanceof MetadataError, String(error));
    return error;
  }
  assert.fail(`accepted: ${document}`);
}

const RICH = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE comps PUBLIC "-//x//DTD y>//EN" 'comps.dtd'>
<!-- a < comment & more -->
<r xmlns="urn:x">
  <a x = '1 &lt; &quot;2&quot;&#10;&#x1F600;'>grün &amp; <![CDATA[<raw> & ]]>blau]</a>
  <?php nothing ?><b x="line
break"/><a/>
  <c><a x="">&#60;&apos;</a ></c>
</r>
<!-- end -->
`;

describe('repo-rpm metadata: XML scanner', () => {
  it('tells elements, attributes and text', () => {
    assert.equal(events(RICH), '<r<a(1 < "2"\n😀)grün & <raw> & blau]><b(line break)><a><c<a()<\'>>>');
  });

  it('tells the same however the bytes are cut', () => {
    const whole = events(RICH);
    for (let size = 1; size < 60; size++) assert.equal(events(RICH, size), whole, `pieces of ${size}`);
  });

  const MALFORMED: { readonly [what: string]: readonly [string, number] } = {
    'wrong nesting': ['<r>\n<a></b></r>', 2],
    'an end tag too many': ['<r></r></r>', 1],
    'two roots': ['<r/>\n\n<r/>', 3],
    'text before the root': ['x<r/>', 1],
    'text after the root': ['<r/>x', 1],
    'an attribute twice': ['<r x="1" x="2"/>', 1],
    'an attribute without quotes': ['<r x=1/>', 1],
    'an attribute without a value': ['<r x/>', 1],
    'attributes without space between': ['<r x="1"y="2"/>', 1],
    '"<" in an attribute': ['<r x="<"/>', 1],
    'a control character': ['<r>\n\u0001</r>', 2],
    'a control character in an attribute': ['<r x="\u0001"/>', 1],
    '"]]>" in text': ['<r>]]></r>', 1],
    '"--" in a comment': ['<r><!-- a -- b --></r>', 1],
    'an element in text': ['<r><a>x<b/></a></r>', 1],
    'a declaration of nothing known': ['<r><!ELEMENT x></r>', 1],
    'a lonely "<"': ['<r>1 < 2</r>', 1],
    'a late document type': ['<r/><!DOCTYPE r>', 1],
  };
  for (const [what, [document, line]] of Object.entries(MALFORMED)) {
    it(`refuses ${what} and says the line`, () => {
      const error = failure(document);
      assert.equal(error.code, 'METADATA_XML_MALFORMED', error.message);
      assert.equal(error.line, line, error.message);
    });
  }

  it('refuses entities of the document, inside and outside', () => {
    const laughs = '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>\n<r>&b;</r>';
    assert.equal(failure(laughs).code, 'METADATA_XML_REFUSED');
    assert.equal(
      failure('<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r>&a;</r>').code,
      'METADATA_XML_REFUSED',
    );
    for (const reference of [
      '&a;',
      '&nbsp;',
      '&#0;',
      '&#xD800;',
      '&#99999999;',
      '&;',
      '& ',
      '&toolongforareference;',
    ]) {
      assert.equal(failure(`<r>${reference}</r>`).code, 'METADATA_XML_REFUSED', reference);
      assert.equal(failure(`<r x="${reference}"/>`).code, 'METADATA_XML_REFUSED', reference);
    }
  });

  it('tells a document that ends too early, wherever it does', () => {
    for (let end = 0; end < RICH.indexOf('</r>') + 4; end++) {
      assert.equal(failure(RICH.slice(0, end)).code, 'METADATA_TRUNCATED', RICH.slice(0, end));
    }
    assert.equal(failure('<r>\n<a>\n').line, 3);
  });

  it('refuses other encodings and bytes that are none', () => {
    assert.equal(failure('<?xml version="1.0" encoding="ISO-8859-1"?><r/>').code, 'METADATA_ENCODING');
    assert.equal(failure(Buffer.from('<r>gr\xfcn</r>', 'latin1')).code, 'METADATA_ENCODING');
    assert.equal(failure(Buffer.from([60, 114, 62, 0xe2, 0x82])).code, 'METADATA_ENCODING');
    assert.equal(events(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('<r/>')])), '<r>');
  });

  it('bounds depth, size, tags and text', () => {
    assert.equal(failure('<r>'.repeat(1000)).code, 'METADATA_TOO_LARGE');
    assert.equal(failure(`<r>${' '.repeat(500)}</r>`, { size: 100 }).code, 'METADATA_TOO_LARGE');
    assert.equal(failure(`<r x="${'y'.repeat(500)}`, { token: 100 }).code, 'METADATA_TOO_LARGE');
    assert.equal(failure(`<r><a>${'y'.repeat(5000)}</a></r>`, { token: 4100 }).code, 'METADATA_TOO_LARGE');
    const names = Array.from({ length: 5000 }, (_, i) => `<n${i}/>`).join('');
    assert.equal(failure(`<r>${names}</r>`).code, 'METADATA_TOO_LARGE');
    const attributes = Array.from({ length: 500 }, (_, i) => ` n${i}=""`).join('');
    assert.equal(failure(`<r${attributes}/>`).code, 'METADATA_XML_MALFORMED');
  });

  it('never fails in another way', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '</',
      '/>',
      'a',
      ' x="',
      '"',
      "'",
      '&',
      'amp;',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?',
      '?>',
      '\n',
      'ü',
      '\u0000',
      '=',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (pieces, size) => {
        const tell = (cut: number): string => {
          try {
            return events(pieces.join(''), cut);
          } catch (error) {
            assert.ok(error instanceof MetadataError, String(error));
            return error.code;
          }
        };
        assert.equal(tell(size), tell(1 << 16));
      }),
      { numRuns: 1000, seed: 7 },
    );
  });
});

import test from "ava";
import { convertCard } from "../../../dav/vcard/convert.ts";
import { jcardOf, parseCard, textOfJcard } from "../../../dav/vcard/index.ts";
import { meaningOf } from "../../support/card-meaning.ts";

/** Of each RFC that adds to vCard 4.0: a card with all of it. */
const CARDS: Readonly<Record<string, readonly string[]>> = {
  "RFC 6350": [
    "SOURCE:ldap://ldap.example.com/cn=Ann",
    'XML:<a xmlns="urn:a"/>',
    "GENDER:O;intersex",
    "LANG;PREF=1:fr",
    "NOTE;LANGUAGE=fr;ALTID=1:bonjour",
    "NOTE;LANGUAGE=en;ALTID=1:hello",
    "BDAY;CALSCALE=gregorian:19960415",
    'ADR;GEO="geo:1.5,2";TZ=Europe/Vienna:;;1 St;X;;;',
    'ORG;SORT-AS="Example":The Example;Department',
    "CLIENTPIDMAP:1;urn:uuid:53e374d9-337e-4727-8803-a1e9c14e0556",
    "EMAIL;PID=4.1,5.2:a@b",
    "PRODID:-//x//y",
    "FBURL:http://example.com/busy/ann",
    "CALADRURI:mailto:ann@example.com",
    "CALURI:http://cal.example.com/calA",
  ],
  "RFC 6474": [
    "BIRTHPLACE;VALUE=uri:geo:46.769307,-71.283079",
    "DEATHPLACE:Bath",
    "DEATHDATE:--0415",
  ],
  "RFC 6715": [
    "EXPERTISE;LEVEL=beginner;INDEX=2:chinese literature",
    "HOBBY;INDEX=1;LEVEL=high:reading",
    "INTEREST;INDEX=1;LEVEL=medium:r&b music",
    "ORG-DIRECTORY;INDEX=1:http://directory.mycompany.example.com",
  ],
  "RFC 8605": ["CONTACT-URI;PREF=1:https://contact.example.com"],
  "RFC 9554": [
    "N:Stevenson;John;Philip,Paul;Dr.;Jr.,M.D.,A.C.P.;;Jr.",
    "ADR:;;123 Main Street;Any Town;CA;91921;U.S.A.;;;;;123;Main Street;;;;;",
    "CREATED:20220705T093412Z",
    "GRAMGENDER;LANGUAGE=de:feminine",
    "LANGUAGE:de",
    "PRONOUNS;LANGUAGE=en;PREF=1:xe/xir",
    "SOCIALPROFILE;SERVICE-TYPE=Mastodon:https://example.com/@foo",
    'NOTE;AUTHOR="mailto:a@b";AUTHOR-NAME=Bob;CREATED=20221122T151823Z:x',
    "TITLE;DERIVED=true;PROP-ID=T1:x",
    "NICKNAME;PHONETIC=ipa;SCRIPT=Latn;ALTID=1:x",
    "ADR;TYPE=billing,delivery:;;1;X;;;",
  ],
};

const lines = (version: string, inner: readonly string[]) =>
  ["BEGIN:VCARD", `VERSION:${version}`, "UID:u", "FN:Ann", ...inner, "END:VCARD", ""].join("\r\n");

for (const [source, inner] of Object.entries(CARDS)) {
  const named = inner.some((line) => line.startsWith("N:")) ? inner : ["N:Ann;;;;", ...inner];
  const text = lines("4.0", named);

  test(`what ${source} has goes to 3.0 and back`, (t) => {
    const there = convertCard(parseCard(text), "3.0");
    t.deepEqual(meaningOf(convertCard(parseCard(there), "4.0")), meaningOf(text));
  });

  test(`what ${source} has goes to jCard and back`, (t) => {
    const back = textOfJcard(JSON.parse(JSON.stringify(jcardOf(parseCard(text)))));
    t.deepEqual(meaningOf(back), meaningOf(text));
  });
}

test("what 4.0 dropped is kept, an AGENT with a card in it too", (t) => {
  const text = lines("3.0", [
    "N:Ann;;;;",
    "CLASS:PRIVATE",
    "NAME:Ann's card",
    "PROFILE:VCARD",
    "MAILER:x",
    "AGENT:BEGIN:VCARD\\nVERSION:3.0\\nFN:Joe\\nEND:VCARD\\n",
  ]);
  const there = convertCard(parseCard(text), "4.0");
  t.deepEqual(meaningOf(convertCard(parseCard(there), "3.0")), meaningOf(text));
});

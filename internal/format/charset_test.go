package format

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// spoken are a few sentences in languages with other letters than those of English.
var spoken = map[string]string{
	"de": "Für die Bürger der Stadt ändert sich zunächst nichts, erklärte die zuständige Behörde. Außerdem müssen künftig alle Geräte regelmäßig überprüft werden.",
	"fr": "Le ministère a publié mardi une étude sur la qualité des eaux. Les élèves ont été reçus à la mairie après les congés de février.",
	"pl": "Rząd zapowiedział we wtorek nowe inwestycje w szkoły, drogi i mosty w całym kraju. Mieszkańcy żądają wyjaśnień, ponieważ ścieżki są wciąż zamknięte.",
	"tr": "Hükümet salı günü ülke genelinde yollar, köprüler ve okullar için yeni yatırımlar açıkladı. Şehrin sakinleri bisiklet yolları için açıklama istiyor.",
	"lt": "Vyriausybė antradienį pranešė apie naujas investicijas į kelius, tiltus ir mokyklas. Gyventojai reikalauja paaiškinimų, nes takai vis dar uždaryti.",
	"lv": "Valdība otrdien paziņoja par jauniem ieguldījumiem ceļos, tiltos un skolās. Iedzīvotāji pieprasa paskaidrojumus, jo celiņi joprojām ir slēgti.",
	"th": "รัฐบาลประกาศเมื่อวันอังคารว่าจะลงทุนสร้างถนน สะพาน และโรงเรียนทั่วประเทศ ประชาชนเรียกร้องคำอธิบาย",
	"ru": "Правительство объявило во вторник о новых инвестициях в дороги, мосты и школы. Жители требуют объяснений, потому что дорожки всё ещё закрыты.",
	"uk": "Уряд оголосив у вівторок про нові інвестиції в дороги, мости та школи. Жителі міста вимагають пояснень, їхні доріжки досі зачинені.",
	"el": "Η κυβέρνηση ανακοίνωσε την Τρίτη νέες επενδύσεις σε δρόμους και σχολεία. Οι κάτοικοι της πόλης ζητούν εξηγήσεις, επειδή παραμένουν κλειστοί.",
	"zh": "政府周二宣布将在全国范围内对道路、桥梁和学校进行新的投资。市民要求有关部门作出解释。",
	"tw": "政府週二宣布將在全國範圍內對道路、橋梁和學校進行新的投資。市民要求有關部門作出解釋。",
	"ja": "政府は火曜日、全国の道路や橋、学校への新たな投資を発表した。市民は説明を求めている。",
	"ko": "정부는 화요일 전국의 도로와 다리, 학교에 대한 새로운 투자를 발표했다. 시민들은 설명을 요구하고 있다.",
}

// inEncodings are languages with the encodings that feeds have used for them.
var inEncodings = []struct {
	language, label string
	enc             encoding.Encoding
}{
	{"de", "iso-8859-1", charmap.ISO8859_1}, {"de", "windows-1252", charmap.Windows1252}, {"fr", "iso-8859-15", charmap.ISO8859_15},
	{"pl", "iso-8859-2", charmap.ISO8859_2}, {"pl", "windows-1250", charmap.Windows1250}, {"tr", "windows-1254", charmap.Windows1254},
	{"lt", "windows-1257", charmap.Windows1257}, {"lv", "iso-8859-13", charmap.ISO8859_13}, {"th", "tis-620", charmap.Windows874},
	{"ru", "windows-1251", charmap.Windows1251}, {"ru", "koi8-r", charmap.KOI8R}, {"ru", "iso-8859-5", charmap.ISO8859_5},
	{"uk", "windows-1251", charmap.Windows1251}, {"uk", "koi8-u", charmap.KOI8U}, {"el", "iso-8859-7", charmap.ISO8859_7},
	{"zh", "gb2312", simplifiedchinese.GBK}, {"zh", "gb18030", simplifiedchinese.GB18030}, {"tw", "big5", traditionalchinese.Big5},
	{"ja", "shift_jis", japanese.ShiftJIS}, {"ja", "euc-jp", japanese.EUCJP}, {"ja", "iso-2022-jp", japanese.ISO2022JP}, {"ko", "euc-kr", korean.EUCKR},
}

// TestDecodeLabels reads every encoding under every kind of label: right,
// missing, and wrong in the ways that servers and generators are wrong.
func TestDecodeLabels(t *testing.T) {
	for _, c := range inEncodings {
		for _, l := range []struct{ name, header, declared string }{
			{"declared", "", c.label},
			{"in the header", "text/xml; charset=" + c.label, ""},
			{"in the header, declared UTF-8", `text/xml; charset="` + c.label + `"`, "utf-8"},
			{"declared, header UTF-8", "text/xml; charset=utf-8", c.label},
			{"declared, header of the server", "text/xml; charset=iso-8859-1", c.label},
			{"nowhere", "", ""},
			{"as UTF-8", "text/xml; charset=utf-8", "utf-8"},
			{"as ISO-8859-1", "", "iso-8859-1"},
			{"by an unknown name", "text/xml; charset=x-made-up", "unknown"},
		} {
			t.Run(c.language+" "+c.label+" "+l.name, func(t *testing.T) {
				said := ""
				if l.declared != "" {
					said = ` encoding="` + l.declared + `"`
				}
				body, err := c.enc.NewEncoder().String(`<?xml version="1.0"` + said + `?><rss version="2.0"><channel><language>` + c.language +
					`</language><item><title>` + spoken[c.language] + `</title></item></channel></rss>`)
				if err != nil {
					t.Fatal(err)
				}
				d, err := Decode([]byte(body), Input{URL: docURL, ContentType: l.header})
				if err != nil {
					t.Fatal(err)
				}
				if got := d.Entries[0].Title; got != spoken[c.language] || len(d.Repairs) == 0 {
					t.Errorf("got %q and repairs %q\nwant %q and a word about the encoding", got, d.Repairs, spoken[c.language])
				}
			})
		}
	}
}

// TestToUTF8 checks what becomes of single bytes and damaged text.
func TestToUTF8(t *testing.T) {
	wide := func(enc encoding.Encoding, s string) string {
		out, err := enc.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, c := range []struct{ name, in, contentType, want string }{
		{"one stray byte", "Stra\xdfe und Straße", "", "Straße und Straße"},
		{"stray quotes", "\x93Grüße\x94 aus Köln", "", "“Grüße” aus Köln"},
		{"stray byte in Cyrillic", "Правительство \xff объявило", "", "Правительство \ufffd объявило"},
		{"character without its end", "Preis: 5 \xe2\x82 für Möhren", "", "Preis: 5 \ufffd für Möhren"},
		{"cut inside a character", "Grüße aus K\xc3", "", "Grüße aus K\ufffd"},
		{"surrogates", "Grüße \xed\xa0\xbd", "", "Grüße í\u00a0½"},
		{"nothing else than such a character", "<a>\xed\xa0\xbd\xed\xb8\x80</a>", "", "<a>😀</a>"},
		{"a character in two halves", "Grüße \xed\xa0\xbd\xed\xb8\x80!", "", "Grüße 😀!"},
		{"windows-1252 that looks like a broken character", "the caf\xe9\x92s \x93r\xe9sum\xe9\x94", "", "the café’s “résumé”"},
		{"windows-1252 beside a bracket", `<?xml version="1.0" encoding="utf-8"?><a><![CDATA[F ` + "\xe4]]></a><b><![CDATA[Gr\xfc\xdfe]]></b>", "",
			`<?xml version="1.0" encoding="utf-8"?><a><![CDATA[F ä]]></a><b><![CDATA[Grüße]]></b>`},
		{"windows-1252, few and alone", "<a>n\xe3o \xe9 f\xe1cil</a>", "", "<a>não é fácil</a>"},
		{"encoded twice", "NiÃ±os y niÃ±as â€œhoyâ€\u009d", "", "Niños y niñas “hoy”"},
		{"encoded twice, Cyrillic", "ÐŸÑ€Ð¸Ð²ÐµÑ‚", "", "Привет"},
		{"encoded twice here and there", "NiÃ±os y niñas", "", "NiÃ±os y niñas"},
		{"looks as if encoded twice", "SÃO PAULO", "", "SÃO PAULO"},
		{"C1 characters", "don\u0092t \u0085", "", "don’t …"},
		{"control characters", "a\x00b\x1b\x7f\ufeff\uffffc\td", "", "abc\td"},
		{"mark", "\ufeffx", "", "x"},
		{"label of two names", "Grüße", "text/xml; charset=utf-8, iso-8859-1", "Grüße"},
		{"UTF-16 after a blank", wide(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "\n <a>ü</a>"), "", "\n <a>ü</a>"},
		{"UTF-16 with an odd byte", wide(unicode.UTF16(unicode.BigEndian, unicode.UseBOM), "<a/>") + "\n", "", "<a/>\ufffd"},
		{"two letters side by side", `<?xml version="1.0" encoding="iso-8859-1"?><language>de</language>Gr` + "\xf6\xdfe, Gr\xf6\xdfe", "",
			`<?xml version="1.0" encoding="iso-8859-1"?><language>de</language>Größe, Größe`},
		{"two letters side by side without a label", "cr\xe9\xe9e, \xc4\xfc", "", "créée, Äü"},
		{"few French letters", "<language>fr</language>o\xf9 m\xeame word", "", "<language>fr</language>où même word"},
		{"Russian that claims to be German", "<language>de</language>\xcf\xf0\xe0\xe2\xe8\xf2\xe5\xeb\xfc\xf1\xf2\xe2\xee \xee\xe1\xfa\xff\xe2\xe8\xeb\xee", "", "<language>de</language>Правительство объявило"},
		{"few Turkish letters", "<language>tr</language>\xdei\xfeli \xe7ok g\xfczel", "", "<language>tr</language>Şişli çok güzel"},
		{"a zero before UTF-8", "\x00<a>ü</a>", "", "<a>ü</a>"},
		{"an escape in UTF-8", "<a>Gr\x1büße</a>", "text/xml; charset=utf-8", "<a>Grüße</a>"},
		{"three bytes, said to be GB2312", `<?xml version="1.0" encoding="gb2312"?><a>a—b</a>`, "", `<?xml version="1.0" encoding="gb2312"?><a>a—b</a>`},
		{"broken GB2312", `<?xml version="1.0" encoding="gb2312"?>` + wide(simplifiedchinese.GBK, strings.Repeat(spoken["zh"], 5)) + "\xff", "",
			`<?xml version="1.0" encoding="gb2312"?>` + strings.Repeat(spoken["zh"], 5) + "\ufffd"},
	} {
		if got := toUTF8([]byte(c.in), c.contentType, &repairs{}); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// FuzzToUTF8 checks that any input becomes legal text, always the same, and that text
// without fault is not changed.
func FuzzToUTF8(f *testing.F) {
	for _, c := range inEncodings {
		body, _ := c.enc.NewEncoder().String("<language>" + c.language + "</language>" + spoken[c.language])
		f.Add([]byte(body), "text/xml; charset="+c.label)
		f.Add([]byte(body), "")
	}
	f.Add([]byte("NiÃ±os \xff\xc3"), "charset=utf-8")
	f.Add([]byte("\x00<\x00a"), "")
	f.Add([]byte("\u0099"), "")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		fix, again := &repairs{}, &repairs{}
		got := toUTF8(body, contentType, fix)
		if second := toUTF8(body, contentType, again); second != got || !reflect.DeepEqual(fix.list, again.list) {
			t.Fatalf("once %q, then %q", got, second)
		}
		if !utf8.ValidString(got) {
			t.Fatalf("not UTF-8: %q", got)
		}
		for _, r := range got {
			if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfeff || r == 0xfffe || r == 0xffff {
				t.Fatalf("%U in %q", r, got)
			}
		}
		if len(got) > 4*len(body)+4 {
			t.Fatalf("%d bytes became %d", len(body), len(got))
		}
		if len(fix.list) == 0 && got != strings.TrimPrefix(string(body), "\ufeff") {
			t.Fatalf("changed without a word: %q became %q", body, fmt.Sprint(got))
		}
	})
}

// TestDecodeUnusualLabels reads short texts, which statistics cannot tell apart, under labels of
// Java, PHP, Python and old databases.
func TestDecodeUnusualLabels(t *testing.T) {
	for _, c := range []struct {
		enc          encoding.Encoding
		text, labels string
	}{
		{charmap.ISO8859_2, "Zażółć gęślą jaźń", "ISO8859_2 ISO88592 8859_2 latin-2"},
		{charmap.Windows1250, "Zażółć gęślą jaźń", "windows1250 win-1250 CP-1250 x-windows-1250 windows_1250"},
		{charmap.ISO8859_15, "Œuvre à 5 €", "ISO8859_15 ISO8859-15-EURO latin9"},
		{charmap.Windows1257, "Šiandienos žinios", "Windows1257 win1257"},
		{japanese.ShiftJIS, "今日のニュース", "cp932 MS932 Windows_31J sjis-win Shift-JIS ShiftJIS x-ms-cp932"},
		{japanese.EUCJP, "今日のニュース", "EUC_JP eucJP-ms eucjp-win"},
		{japanese.ISO2022JP, "今日のニュース", "JIS ISO2022JP"},
		{korean.EUCKR, "오늘의 뉴스", "EUC_KR cp949 MS949 x-windows-949 UHC KSC_5601"},
		{simplifiedchinese.GBK, "今天的新闻", "CP936 MS936 EUC-CN EUC_CN GB18030-2000 gb2312-1980"},
		{simplifiedchinese.HZGB2312, "今天的新闻", "hz-gb-2312 HZ"},
		{traditionalchinese.Big5, "今天的新聞", "cp950 MS950 big5-eten Big5_HKSCS"},
		{charmap.Windows874, "ข่าววันนี้", "x-windows-874 ISO8859_11 TIS-620-0"},
		{charmap.CodePage866, "Новости", "IBM-866 dos-866"},
		{charmap.Windows1252, "Grüße", "x-user-defined iso-8859-1-windows-3.1-latin-1"},
	} {
		for label := range strings.FieldsSeq(c.labels) {
			body, err := c.enc.NewEncoder().String(`<?xml version="1.0" encoding="` + label + `"?>` + item(`<title>`+c.text+`</title>`))
			if err != nil {
				t.Fatal(err)
			}
			d, err := Decode([]byte(body), Input{URL: docURL})
			if err != nil {
				t.Errorf("%s: %v", label, err)
			} else if got := d.Entries[0].Title; got != c.text {
				t.Errorf("%s: got %q, want %q", label, got, c.text)
			}
		}
	}
	for _, label := range []string{"utf-7", "iso-2022-kr", "hz-gb-2312"} { // the first two are not read, the last one has no escapes here
		if got := decode(t, `<?xml version="1.0" encoding="`+label+`"?>`+item(`<title>A +AGI- ~user</title>`)).Entries[0].Title; got != "A +AGI- ~user" {
			t.Errorf("%s: got %q", label, got)
		}
	}
}

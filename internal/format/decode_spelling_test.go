package format

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// spellings write the same XML in other ways. The choice of names, quotes, comments,
// references and sections has no meaning.
var spellings = map[string]func(string) string{
	"other prefixes": func(s string) string {
		for _, p := range []string{"dc", "dcterms", "content", "media", "itunes", "podcast", "slash", "wfw", "thr", "atom", "sy", "rdf", "xhtml"} {
			if strings.Contains(s, "xmlns:"+p+"=") {
				s = eachSpelled(s, func(tag string) string {
					tag = regexp.MustCompile(`^(</?)`+p+`:`).ReplaceAllString(tag, "${1}x-"+p+":")
					tag = regexp.MustCompile(`\sxmlns:`+p+`=`).ReplaceAllString(tag, " xmlns:x-"+p+"=")
					return regexp.MustCompile(`\s`+p+`:`).ReplaceAllString(tag, " x-"+p+":")
				})
			}
		}
		return s
	},
	"upper case": func(s string) string {
		return eachSpelled(s, func(tag string) string {
			return regexp.MustCompile(`^</?[\w:.-]+`).ReplaceAllStringFunc(tag, strings.ToUpper)
		})
	},
	"comments": func(s string) string {
		return eachSpelled(s, func(tag string) string {
			if strings.HasPrefix(tag, "</") {
				return "<!-- <title>no</title> -->" + tag
			}
			return tag + "<!-- <title>no</title> --><?x <link>no</link> ?>"
		})
	},
	"other quotes": func(s string) string {
		return eachSpelled(s, func(tag string) string { return regexp.MustCompile(`="([^"']*)"`).ReplaceAllString(tag, " = '$1'") })
	},
	"blanks in tags": func(s string) string {
		return eachSpelled(s, func(tag string) string {
			if end, ok := strings.CutSuffix(tag, "/>"); ok {
				return end + "\n\t/>"
			}
			return strings.TrimSuffix(tag, ">") + "\r\n >"
		})
	},
	"empty elements with end tags": func(s string) string {
		return eachSpelled(s, func(tag string) string {
			name := regexp.MustCompile(`^<([\w:.-]+)`).FindStringSubmatch(tag)
			if body, ok := strings.CutSuffix(tag, "/>"); ok && !voidElements[name[1]] {
				return body + "></" + name[1] + ">"
			}
			return tag
		})
	},
	"namespaces in other case": func(s string) string {
		return eachSpelled(s, func(tag string) string {
			return regexp.MustCompile(`xmlns(:[\w-]+)?="[^"]*"`).ReplaceAllStringFunc(tag, func(decl string) string {
				name, uri, _ := strings.Cut(decl, "=")
				return name + "=" + strings.Replace(strings.ToUpper(strings.Replace(uri, "/\"", "\"", 1)), "HTTP:", "https:", 1)
			})
		})
	},
	"references": func(s string) string {
		var out strings.Builder
		for l := (lexer{s: s}); ; {
			t := l.next()
			for _, r := range s[t.pos:t.end] {
				if r < 0x80 || t.kind == cdataToken {
					out.WriteRune(r)
				} else {
					fmt.Fprintf(&out, "&#x%X;", r)
				}
			}
			if t.kind == eofToken {
				return out.String()
			}
		}
	},
	"XML 1.1": func(s string) string {
		return `<?xml version='1.1' standalone = "yes"?>` + regexp.MustCompile(`^<\?xml.*?\?>`).ReplaceAllString(s, "")
	},
	"blank lines and a mark": func(s string) string { return "\ufeff\n\n" + s },
}

// eachSpelled replaces every start and end tag of a document.
func eachSpelled(s string, change func(tag string) string) string {
	var out strings.Builder
	for l := (lexer{s: s}); ; {
		t := l.next()
		if t.kind == eofToken {
			return out.String()
		}
		if part := s[t.pos:t.end]; t.kind == startToken || t.kind == endToken {
			out.WriteString(change(part))
		} else {
			out.WriteString(part)
		}
	}
}

// TestDecodeSpellings checks that spelling and encoding do not change what a document says.
func TestDecodeSpellings(t *testing.T) {
	wide := map[string]encoding.Encoding{
		"UTF-16 LE": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "UTF-16 BE": unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
		"UTF-32 LE": utf32.UTF32(utf32.LittleEndian, utf32.UseBOM), "UTF-32 BE": utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM),
	}
	paths, err := filepath.Glob("testdata/decode/*.xml")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := withoutRepairs(show(t, body))
		for name, spell := range spellings {
			t.Run(filepath.Base(path)+" "+name, func(t *testing.T) {
				sameDocument(t, []byte(spell(string(body))), want)
			})
		}
		for name, enc := range wide {
			t.Run(filepath.Base(path)+" "+name, func(t *testing.T) {
				other, err := enc.NewEncoder().Bytes(body)
				if err != nil {
					t.Fatal(err)
				}
				sameDocument(t, other, want)
			})
		}
	}
}

func sameDocument(t *testing.T, body, want []byte) {
	t.Helper()
	got := withoutRepairs(show(t, body))
	if bytes.Equal(got, want) {
		return
	}
	lines := bytes.Split(want, []byte("\n"))
	for i, line := range bytes.Split(got, []byte("\n")) {
		if i >= len(lines) || !bytes.Equal(line, lines[i]) {
			t.Fatalf("line %d: got %s, want %s", i+1, line, lines[min(i, len(lines)-1)])
		}
	}
}

// withoutRepairs drops what was said about the spelling.
func withoutRepairs(shown []byte) []byte {
	return regexp.MustCompile(`(?s),\n  "Repairs": \[.*?\n  \]|  "Repairs": \[.*?\n  \],\n`).ReplaceAll(shown, nil)
}

package seed

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A notice is a sentence that a page addresses to its visitor and that is not part of the text:
// consent to cookies and third-party content, placeholders for videos, newsletter offers, links to
// more. The patterns require that the visitor is addressed ("bitte", "Sie", "please", "this
// video"), so that reports about cookies stay.

// notices are matched against a sentence, or a line without a full stop.
var notices = []struct {
	reason  string
	pattern *regexp.Regexp
}{
	{"a consent notice", opens(
		`(?:bitte )?stimmen sie .*(?:laden|drittanbieter|inhalt|cookies|datenschutz|einbindung).*\bzu\b`,
		`(?:bitte )?(?:akzeptieren|aktivieren|erlauben|bestätigen) sie .*(?:cookies|javascript|inhalt|tracking|drittanbieter)`,
		`bitte (?:akzeptiere|aktiviere|erlaube|stimme) .*(?:cookies|javascript|inhalt|drittanbieter)`,
		`mit (?:ihrer|deiner) (?:zustimmung|einwilligung) .*(?:inhalt|angezeigt|geladen|video|daten)`,
		`(?:wir|diese (?:web)?seite|unsere (?:web)?seite) (?:verwende[nt]|nutz(?:en|t)|setz(?:en|t)) .*\bcookies\b`,
		`um (?:dieses|diesen|diese|das|den|die) (?:externen? |eingebettete[ns]? )?(?:video|inhalte?|tweet|beitrag|karte|grafik|podcast|audio|element)\b.*(?:ansehen|anzusehen|abspielen|abzuspielen|anzeigen|anzuzeigen|sehen|laden).*`,
		`ich bin (?:damit )?einverstanden, dass mir (?:externe )?inhalte`,
		`(?:an dieser stelle|hier) (?:finden sie|findest du|steht|sollte|würde|wird|befindet sich) .*(?:externer? inhalt|inhalte? von|drittanbieter)`,
		`(?:dabei|damit) können personenbezogene daten an drittplattformen`,
		`(?:mehr dazu|weitere informationen) (?:finden sie )?in (?:unserer|der) datenschutzerklärung`,
		`please (?:accept|allow|enable|agree to|consent to|turn on) .*(?:cookies|javascript|third[- ]party|content|tracking|scripts)`,
		`(?:to|in order to) (?:view|watch|see|play|display|load|listen to) (?:this|the) (?:embedded |external )?(?:video|content|post|tweet|map|podcast|audio|embed)\b.*(?:accept|consent|allow|enable|agree|click).*`,
		`(?:we|this (?:web)?site|our (?:web)?site) uses? (?:\w+ )?cookies`,
		`by (?:clicking|continuing|using|accepting|pressing) .*\byou (?:agree|consent|accept)`,
		`i (?:agree|consent) (?:that|to) .*(?:external|third[- ]party) content`,
		`this (?:content|video|embed|post) (?:is|may be) (?:provided|hosted|loaded|blocked) .*(?:cookies|consent|settings|permission).*`,
	)},
	{"a placeholder", phrase(
		`(?:`+pictures+`\s*)*(?:video|audio|podcast|livestream|galerie|bildergalerie|fotostrecke|gallery|slideshow|photo gallery|watch|listen|tweet|embed|grafik|interaktiv)\s*[|›»•]\s*.{2,120}`,
		`(?:`+pictures+`\s*)+(?:video|audio|podcast|livestream|galerie|bildergalerie|fotostrecke|gallery|slideshow|watch|listen|play|ansehen|anhören|abspielen)\b.{0,120}`,
		`[\[(<]?\s*(?:embed(?:ded)?|eingebettetes|video|audio|tweet|bild|image|photo|foto|anzeige|werbung|advertisement|advert|sponsored|placeholder|platzhalter)(?: (?:video|player|content|inhalt|placeholder|post|tweet))?\s*[\])>]?`,
		`(?:this |the |dieses |das )?video (?:kann|konnte) (?:leider )?nicht (?:geladen|angezeigt|abgespielt) werden`,
		`(?:this |the )?(?:video|content|audio) (?:is (?:not|no longer) available|cannot be (?:shown|displayed|loaded|played)|can['’]t be (?:shown|displayed|loaded|played)|could not be loaded)`,
		`your browser does not support .*`, `ihr browser unterstützt .* nicht`,
	)},
	{"a placeholder", regexp.MustCompile(`(?i)^(?:video|audio|podcast|fotostrecke|bildergalerie|gallery|watch|listen|im video|im podcast|in video)\s?:\s.{2,100}[^.!…]$`)},
	{"an offer of a newsletter", opens(
		`(?:jetzt |hier |gleich )?(?:abonnieren sie|melden sie sich|abonniere|melde dich) .*newsletter.*`,
		`(?:jetzt |kostenlosen? |unseren |den )+newsletter .*(?:abonnieren|bestellen|anmelden)`, `newsletter(?: abonnieren| bestellen)?$`,
		`(?:sign up|subscribe|register)\b.*(?:newsletter|inbox|briefing|mailing list).*`,
		`get (?:our|the) .*(?:newsletter|in your inbox|to your inbox).*`,
	)},
	{"a link to more", phrase(
		`(?:mehr zum thema|mehr dazu|mehr lesen|weiterlesen|lesen sie (?:auch|mehr|dazu|weiter)|auch interessant|zum thema|weitere (?:artikel|meldungen|nachrichten|themen)|das könnte sie auch interessieren|siehe auch|read more|read also|also read|read next|see also|more on this(?: story| topic)?|you (?:may|might) also (?:like|be interested in)|related(?: articles?| stories| story| content| coverage| links| topics)?|continue reading|recommended for you|further reading)(?:\s*[:|›»→>–-]+\s*.{0,140})?`,
		`(?:lesen sie (?:hier|dazu auch|auch)|mehr (?:dazu|darüber) lesen sie|hier (?:lesen|finden|erfahren) sie|den (?:ganzen|vollständigen) (?:artikel|text|beitrag) (?:lesen|finden) sie)\b.{0,140}`,
		`(?:click here|read the (?:full|whole) (?:article|story|report)|you can read more)\b.{0,140}`,
	)},
	{"a button", phrase(
		`(?:artikel |beitrag |seite |jetzt )?(?:teilen|drucken|merken|kommentieren|zurück zur startseite|nach oben)`,
		`(?:share|print|save|bookmark)(?: this)?(?: article| story| page)?`, `share (?:this )?(?:on|via) .{2,40}`,
		`(?:folgen sie uns|folge uns|follow us|find us) (?:auf|bei|on) .{2,80}`, `(?:back to top|skip to content|zum inhalt springen)`,
	)},
	{"a notice of rights", phrase(`(?:(?:©|\(c\)|copyright|\d{4}).{0,120})?(?:alle rechte vorbehalten|all rights reserved)`, `(?:alle rechte vorbehalten|all rights reserved).{0,4}(?:©|\(c\)|copyright|\d{4}).{0,60}`)},
}

// pictures are the symbols before the name of a medium.
const pictures = `(?:📽|🎥|🎬|📹|📺|🎧|🎙|📷|📸|🖼|▶|►|⏵|🔊|🎤|📻|➡|👉)\x{fe0f}?`

// button matches what is left of a notice when its sentences are removed: the labels of its
// buttons.
var button = regexp.MustCompile(`(?i)^(?:(?:alle[sn]?|jetzt|nur|und|oder|and|or|all|only|zustimmen|akzeptieren|annehmen|abspielen|laden|anzeigen|ablehnen|einverstanden|erlauben|verwalten|einstellungen|cookies?|externe[rn]?|inhalte?|video|datenschutz\w*|mehr|weitere|informationen|erfahren|anmelden|abonnieren|bestellen|accept|agree|allow|reject|decline|play|load|show|view|watch|continue|settings|manage|preferences|privacy|policy|consent|more|information|learn|sign|up|subscribe|ok|content|external|&|[[:punct:]])\s*)+$`)

// phrase joins patterns into one that matches a whole sentence.
func phrase(patterns ...string) *regexp.Regexp {
	return regexp.MustCompile(`(?is)^\W{0,3}(?:` + strings.Join(patterns, "|") + `)[\s.!:…»›→>\])]*$`)
}

// opens joins patterns into one that matches the beginning of a sentence.
func opens(patterns ...string) *regexp.Regexp {
	return regexp.MustCompile(`(?is)^\W{0,3}(?:` + strings.Join(patterns, "|") + `)`)
}

// maxNotice is the maximum length of a notice in characters.
const maxNotice = 400

// noticeIn returns the reason why a sentence is a notice, or "" if it is none.
func noticeIn(sentence string) string {
	if utf8.RuneCountInString(sentence) > maxNotice {
		return ""
	}
	for _, n := range notices {
		if n.pattern.MatchString(sentence) {
			return n.reason
		}
	}
	return ""
}

// withoutNotice returns the text without notices, and the reason if anything was removed. From a
// paragraph it removes only whole sentences.
func withoutNotice(text string) (kept, reason string) {
	if reason = noticeIn(text); reason != "" {
		return "", reason
	}
	parts := sentences(text)
	var rest []string
	for _, s := range parts {
		if why := noticeIn(s); why != "" {
			reason = why
			continue
		}
		rest = append(rest, s)
	}
	if reason == "" {
		return text, ""
	}
	kept = strings.Join(rest, " ")
	if button.MatchString(kept) {
		return "", reason
	}
	return kept, reason
}

// captions are the ways to credit a photographer: at the start, at the end, or in brackets.
var captions = []*regexp.Regexp{
	regexp.MustCompile(`(?i)^(?:fotos?|bild(?:er)?|photos?|photograph|picture|image|grafik|graphic|illustration|abbildung|symbol(?:bild|foto)|archiv(?:bild|foto)|titelbild|fotocredit|photo credit)\s?(?:by |von )?[:©]\s?\S.{0,250}$`),
	regexp.MustCompile(`^(?i:photo|photograph|picture|image|illustration) by \p{Lu}.{0,100}$`),
	regexp.MustCompile(`(?i)[(\[](?:archiv|symbol)?-?(?:foto|bild|photo|image|picture|credit|grafik|photograph|illustration|quelle)s?\s?[:©/]\s?[^()\[\]]{1,80}[)\]]\.?$`),
	regexp.MustCompile(`(?:^|[\s/|])(?:Foto|Photo|Bild|Image|Credit|Photograph|FOTO|PHOTO)s?:\s?\p{Lu}[^!?]{1,70}$`),
	regexp.MustCompile(`(?:©|\([cC]\))\s?(?:\d{4}\s)?[\p{Lu}\d@][^!?]{0,90}$`),
}

// isCaption reports whether a line is a photo caption. A line that continues after the credit is a
// paragraph.
func isCaption(line string) bool {
	return utf8.RuneCountInString(line) <= 300 && len(sentences(line)) <= 4 &&
		slices.ContainsFunc(captions, func(c *regexp.Regexp) bool { return c.MatchString(line) })
}

// byline and dateLine match the lines below a headline.
var (
	byline   = regexp.MustCompile(`^(?i:von|by|text:|autor:|autorin:|author:)\s+(\p{Lu}[\p{L}.'’-]*(?:\s+(?:\p{Lu}[\p{L}.'’-]*|von|van|de|und|and|&|der|zu|,))*(?:,\s+\p{Lu}[\p{L}.'’-]*(?:\s+\p{Lu}[\p{L}.'’-]*)*)*)$`)
	dateLine = regexp.MustCompile(`^(?i:(?:stand|veröffentlicht|erschienen|published|posted|date|datum)(?:\s+(?:am|on))?:?\s+)?((?:\p{L}+,\s)?[\p{L}\d][\p{L}\d .,:/+-]{6,40})$`)
)

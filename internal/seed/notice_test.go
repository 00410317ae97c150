package seed

import "testing"

func TestNoticesGo(t *testing.T) {
	for _, in := range []string{
		"📽️ Video | Ein Morgen am Fluss", "🎧 Podcast: Stimmen vom Ufer", "Video: So steigt der Pegel", "[Video]", "Anzeige", "Advertisement", "Eingebettetes Video",
		"▶ Play", "Bildergalerie | Hochwasser in zwölf Bildern", "Video kann nicht geladen werden.", "This video is not available.",
		"Bitte stimmen Sie dem Laden von Inhalten zu, um dieses Video ansehen zu können. Zustimmen und Abspielen",
		"Mit Ihrer Zustimmung wird hier ein externer Inhalt geladen. Mehr Informationen",
		"An dieser Stelle finden Sie einen externen Inhalt von Flussblick. Ich bin damit einverstanden, dass mir externe Inhalte angezeigt werden.",
		"Um diese Karte anzuzeigen, akzeptieren Sie bitte die Cookies.", "Wir verwenden Cookies. Alle akzeptieren",
		"Please accept marketing cookies to view this video.", "To view this content, please enable JavaScript and allow cookies. Accept all",
		"We use cookies. By continuing you agree to this.", "By clicking play you agree to the terms.",
		"Abonnieren Sie unseren Newsletter.", "Melden Sie sich hier für den täglichen Newsletter an!", "Newsletter", "Sign up for our free newsletter.", "Subscribe to our morning briefing",
		"Mehr zum Thema", "Lesen Sie auch: Der Kalender des Reihers", "Lesen Sie hier, wie der Damm entstand.", "Read more: The heron's calendar", "Related stories", "You may also like", "Auch interessant",
		"Artikel teilen", "Share this article", "Folgen Sie uns auf allen Kanälen", "© 2025 Flussbote. Alle Rechte vorbehalten.", "All rights reserved.",
	} {
		if kept, reason := withoutNotice(in); kept != "" || reason == "" {
			t.Errorf("%q stays as %q", in, kept)
		}
	}
}

// TestReportsStay has sentences about the same topics that do not address the visitor.
func TestReportsStay(t *testing.T) {
	for _, in := range []string{
		"Die Behörde will, dass Nutzer dem Laden von Videos einzeln zustimmen.",
		"Cookies, sagte die Bäckerin, verkaufe sie nur am Sonntag.",
		"The committee asked shops to accept cookies as a second currency.",
		"Subscribers of the old newsletter met at the weir.",
		"Sie stimmten dem Bau der Brücke zu.",
		"Das Video zeigt einen Biber, der einen Damm baut.",
		"Video: Der Biber baut einen Damm, und das Dorf sieht zu.",
		"Related species were found downstream.",
		"Mehr dazu weiß die Pegelwärterin.",
		"Recommended: boil the water before you drink it.",
		"Teilen ist im Dorf eine alte Gewohnheit.",
		"Share prices fell when the river froze.",
		"All rights reserved for the fishermen were given back in spring.",
		"The map of the valley shows where both streams meet.",
		"Um das Video ging es gar nicht, sagte sie.",
	} {
		if kept, reason := withoutNotice(in); kept != in {
			t.Errorf("%q was left out as %s", in, reason)
		}
	}
}

func TestCaptions(t *testing.T) {
	for in, want := range map[string]bool{
		"© Archiv am Fluss": true, "Im Tal wurde am Abend gebaut. © Agentur/W. AUENTAL": true, "Foto: Wilma Auental": true, "Photo: The weir at dawn": true,
		"Das Wehr am Morgen (Bild: Flussarchiv)": true, "Das Wehr am Morgen. Foto: W. Auental/Archiv": true, "The weir at dawn. (Photograph: T. Weirfield)": true,
		"Photo by Odile Fernbrook": true, "(c) 2024 Flussarchiv": true, "Symbolbild: Ein Wehr": true, "Das Wehr. [Foto: Archiv]": true,
		"Das Bild: ein Fluss ohne Ufer.": false, "She explained what the © sign means, and nobody minded.": false,
		"Photo albums were saved from the flood.": false, "Das Foto zeigt ein Wehr am Morgen.": false, "Image quality matters, said Odile.": false,
	} {
		if got := isCaption(in); got != want {
			t.Errorf("%q is a caption: %v, want %v", in, got, want)
		}
	}
}

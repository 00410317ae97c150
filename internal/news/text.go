package news

// Text is a sentence of ours that somebody else will write in the language of its reader: package
// page has the translations, by the English text.
type Text struct {
	English string // with a verb of package fmt for each value
	Values  []any
}

// Say returns a Text.
func Say(english string, values ...any) Text { return Text{english, values} }

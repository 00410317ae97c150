package news

// FeedKind tells what a Feed is made of.
type FeedKind string

// The kinds of Feed.
const (
	FeedOfNews   FeedKind = ""        // entries of any sort
	Podcast      FeedKind = "podcast" // entries with sound or film; the others are left out
	FeedOfHealth FeedKind = "health"  // the problems of its sources, for the operator; always private
)

// Show is what podcast programs and their directories ask of a Feed of the kind
// Podcast, beside what every feed has.
type Show struct {
	Email      string // at which directories reach its owner; it is published
	Explicit   bool   // not for children
	Categories []ShowCategory
}

// ShowCategory is one of the subjects that Apple Podcasts knows, and most other
// directories with it.
type ShowCategory struct {
	Name string
	Sub  string // within it; may be empty
}

// ShowCategories are those subjects, and what each is divided into.
// podcasters.apple.com, "Apple Podcasts categories".
func ShowCategories() map[string][]string {
	return map[string][]string{
		"Arts":                    {"Books", "Design", "Fashion & Beauty", "Food", "Performing Arts", "Visual Arts"},
		"Business":                {"Careers", "Entrepreneurship", "Investing", "Management", "Marketing", "Non-Profit"},
		"Comedy":                  {"Comedy Interviews", "Improv", "Stand-Up"},
		"Education":               {"Courses", "How To", "Language Learning", "Self-Improvement"},
		"Fiction":                 {"Comedy Fiction", "Drama", "Science Fiction"},
		"Government":              nil,
		"Health & Fitness":        {"Alternative Health", "Fitness", "Medicine", "Mental Health", "Nutrition", "Sexuality"},
		"History":                 nil,
		"Kids & Family":           {"Education for Kids", "Parenting", "Pets & Animals", "Stories for Kids"},
		"Leisure":                 {"Animation & Manga", "Automotive", "Aviation", "Crafts", "Games", "Hobbies", "Home & Garden", "Video Games"},
		"Music":                   {"Music Commentary", "Music History", "Music Interviews"},
		"News":                    {"Business News", "Daily News", "Entertainment News", "News Commentary", "Politics", "Sports News", "Tech News"},
		"Religion & Spirituality": {"Buddhism", "Christianity", "Hinduism", "Islam", "Judaism", "Religion", "Spirituality"},
		"Science": {"Astronomy", "Chemistry", "Earth Sciences", "Life Sciences", "Mathematics", "Natural Sciences", "Nature", "Physics",
			"Social Sciences"},
		"Society & Culture": {"Documentary", "Personal Journals", "Philosophy", "Places & Travel", "Relationships"},
		"Sports": {"Baseball", "Basketball", "Cricket", "Fantasy Sports", "Football", "Golf", "Hockey", "Rugby", "Running", "Soccer",
			"Swimming", "Tennis", "Volleyball", "Wilderness", "Wrestling"},
		"TV & Film":  {"After Shows", "Film History", "Film Interviews", "Film Reviews", "TV Reviews"},
		"Technology": nil,
		"True Crime": nil,
	}
}

package clean

import (
	"fmt"
	"strings"
	"testing"

	"tributary/internal/news"
)

func TestSamePicture(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"https://a.example/p.jpg", "https://a.example/p.jpg", true},
		{"http://a.example/p.jpg", "https://A.example/p.jpg", true},
		{"https://a.example/p.jpg?width=140&quality=85&s=aa", "https://a.example/p.jpg?width=460&quality=85&s=bb", true},
		{"https://a.example/p.jpg?fit=1024,768", "https://a.example/p.jpg", true},
		{"https://a.example/p-150x150.jpg", "https://a.example/p-1024x768.jpg", true},
		{"https://a.example/p-150x150.jpg", "https://a.example/p.jpg", true},
		{"https://a.example/150x150/p.jpg", "https://a.example/600x600/p.jpg", true},
		{"https://a.example/1.jpg", "https://a.example/2.jpg", false},
		{"https://a.example/101/p.jpg", "https://a.example/102/p.jpg", false},
		{"https://a.example/image?id=1&w=100", "https://a.example/image?id=2&w=100", false},
		{"https://a.example/images?q=tbn:ANd9GcQ8c1yLw0xYk3v7q5", "https://a.example/images?q=tbn:ANd9GcT2mP4sZ9uHc6b1n0", false},
		{"https://a.example/p.jpg?s=1", "https://a.example/p.jpg?s=2", false},
		{"https://a.example/p.jpg", "https://b.example/p.jpg", false},
		{"%", "https://b.example/p.jpg", false},
	} {
		a, b := news.Enclosure{URL: c.a}, news.Enclosure{URL: c.b}
		if SamePicture(a, b) != c.want || SamePicture(b, a) != c.want {
			t.Errorf("%s and %s: want %v", c.a, c.b, c.want)
		}
	}
	small, large := news.Enclosure{URL: "https://a.example/standard/240/p.jpg", Width: 240}, news.Enclosure{URL: "https://a.example/standard/976/p.jpg", Width: 976, Height: 549}
	if !SamePicture(small, large) {
		t.Error("numbers that are the sizes of two files still tell them apart")
	}
}

func TestUnshown(t *testing.T) {
	gallery := []news.Enclosure{{URL: "https://a.example/1.jpg"}, {URL: "https://a.example/2.jpg"}, {URL: "https://a.example/3.jpg"}}
	for _, c := range []struct{ text, want string }{
		{"", "1 2 3"},
		{"<p>No picture.</p>", "1 2 3"},
		{`<p><img src="https://a.example/2-300x200.jpg" alt=""></p>`, "1 3"},
		{`<img src="https://a.example/1.jpg"><img src="https://a.example/2.jpg"><img src="https://a.example/3.jpg?w=9">`, ""},
		{`<img srcset="https://a.example/3.jpg 640w, https://a.example/3.jpg 2x">`, "1 2"},
		{`<p><img src="https://b.example/another.jpg"></p>`, ""}, // perhaps one of them, perhaps not
		{`<p><img src="https://b.example/smile.png" width="16" height="16"></p>`, "1 2 3"},
	} {
		var got []string
		for _, f := range Unshown(c.text, gallery) {
			got = append(got, strings.TrimSuffix(strings.TrimPrefix(f.URL, "https://a.example/"), ".jpg"))
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%s: got %q, want %q", c.text, got, c.want)
		}
	}
}

// TestUnshownOfMany holds that the pictures of a text full of them are not compared, although one
// is known: that would take seconds in every document.
func TestUnshownOfMany(t *testing.T) {
	var text strings.Builder
	var gallery []news.Enclosure
	for i := range 4000 {
		fmt.Fprintf(&text, `<img src="https://a.example/%d">`, i)
	}
	for i := range 100 {
		gallery = append(gallery, news.Enclosure{URL: fmt.Sprintf("https://a.example/photo-%d-100x200.jpg?w=3", i)})
	}
	text.WriteString(`<img src="` + gallery[0].URL + `">`)
	if got := Unshown(text.String(), gallery); got != nil {
		t.Errorf("got %d pictures, want none", len(got))
	}
}

func TestFigure(t *testing.T) {
	for _, c := range []struct {
		f    news.Enclosure
		want string
	}{
		{news.Enclosure{URL: "https://a.example/1.jpg?a=1&b=2", Title: "T"}, `<p><img src="https://a.example/1.jpg?a=1&amp;b=2" alt="T"></p>`},
		{news.Enclosure{URL: "https://a.example/1.jpg", Title: "T", Alt: `A "dam"`, Width: 4, Height: 3}, `<p><img src="https://a.example/1.jpg" alt="A &#34;dam&#34;" width="4" height="3"></p>`},
		{news.Enclosure{URL: "https://a.example/1.jpg", Credit: "Eva <&> Co"}, `<figure><img src="https://a.example/1.jpg" alt=""><figcaption>Eva &lt;&amp;&gt; Co</figcaption></figure>`},
		{news.Enclosure{URL: "https://a.example/1.jpg", Alt: "A <b", Adult: true}, `<details><summary>⚠ A &lt;b</summary><p><img src="https://a.example/1.jpg" alt="A &lt;b"></p></details>`},
		{news.Enclosure{URL: "https://pixel.wp.com/g.gif"}, ""},
		{news.Enclosure{URL: "javascript:alert(1)"}, ""},
	} {
		got := Figure(c.f)
		if got != c.want {
			t.Errorf("%+v:\n got %s\nwant %s", c.f, got, c.want)
		}
		if again := HTML(got, nil); again != got {
			t.Errorf("%s is cleaned to %s", got, again)
		}
	}
}

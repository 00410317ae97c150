package format

import (
	"strconv"
	"strings"

	"tributary/internal/clean"
	"tributary/internal/news"
)

// location reads where an entry is: GeoRSS, simple or as GML, else W3C Basic Geo.
func (r *reader) location(n *node) news.Location {
	at := news.Location{
		Point: first(point(r.line(n, "georss:point", "gml:pos")), point(r.line(n, "geo:lat")+" "+r.line(n, "geo:long"))),
		Name:  r.line(n, "georss:featurename"),
	}
	for _, k := range n.kids {
		if at.Point == "" && (k.name == "georss:where" || k.name == "gml:point" || k.name == "geo:point") {
			at.Point = r.location(k).Point
		}
	}
	return at
}

func wireLocation(at news.Location) news.Location {
	return news.Location{Point: point(at.Point), Name: clean.Line(at.Name)}
}

// point returns a latitude and a longitude in degrees, or "" if s is not two such numbers.
func point(s string) string {
	parts := strings.FieldsFunc(s, func(c rune) bool { return c == ' ' || c == ',' })
	if len(parts) != 2 || !degrees(parts[0], 90) || !degrees(parts[1], 180) {
		return ""
	}
	return parts[0] + " " + parts[1]
}

func degrees(s string, most float64) bool {
	n, err := strconv.ParseFloat(s, 64)
	return err == nil && len(s) <= 24 && strings.Trim(s, "-0123456789.") == "" && n >= -most && n <= most
}

package clean

import (
	"net/url"
	"strings"
)

// players are the addresses below which a frame may stay a frame: video and audio that
// a feed has in no other form. Each is a host and the beginning of a path. An address
// below which anybody can publish a page does not belong here.
var players = strings.Fields(`
www.youtube.com/embed/ www.youtube-nocookie.com/embed/ player.vimeo.com/video/
www.dailymotion.com/embed/ geo.dailymotion.com/player player.twitch.tv/ clips.twitch.tv/embed
w.soundcloud.com/player/ open.spotify.com/embed/ open.spotify.com/embed-podcast/ bandcamp.com/EmbeddedPlayer
www.mixcloud.com/widget/iframe/ widget.deezer.com/widget/ embed.music.apple.com/ embed.podcasts.apple.com/
archive.org/embed/ media.ccc.de/v/ embed.ted.com/talks/ player.bilibili.com/player.html rutube.ru/play/embed/
www.ardmediathek.de/embed/ www.ardaudiothek.de/embed/ ngp.zdf.de/miniplayer/embed/
www.arte.tv/embeds/ www.arte.tv/player/ www.srf.ch/play/embed`)

// twins replaces other addresses of the same players.
var twins = strings.NewReplacer("://youtube.com/", "://www.youtube.com/", "://m.youtube.com/", "://www.youtube.com/", "youtube.com/v/", "youtube.com/embed/",
	"://youtube-nocookie.com/", "://www.youtube-nocookie.com/", "://dailymotion.com/", "://www.dailymotion.com/", "://mixcloud.com/", "://www.mixcloud.com/",
	"www.mixcloud.com/widget/iframe?", "www.mixcloud.com/widget/iframe/?")

// frameRules are the attributes of every frame. It may run its own scripts, but reaches
// nothing of the page around it. It sends the origin of that page, as some players demand.
var frameRules = []attribute{
	{"sandbox", "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-presentation"},
	{"referrerpolicy", "strict-origin-when-cross-origin"},
}

// player returns the address of a frame if it is that of a known player, over https and
// without autoplay, else "".
func player(abs string) string {
	if rest, ok := strings.CutPrefix(abs, "http://"); ok {
		abs = "https://" + rest
	}
	u, err := url.Parse(twins.Replace(twins.Replace(abs))) // first the host, then the path
	if err != nil || u.Scheme != "https" || strings.Contains(u.Path, "/.") || strings.ContainsAny(u.Path, `\%`) {
		return "" // the path may climb out of the player's
	}
	at := u.Host + u.Path
	for _, p := range players {
		if strings.HasPrefix(at, p) {
			u.RawQuery = without(u.RawQuery, func(key string) bool {
				return tracking(key) || key == "autoplay" || key == "auto_play"
			})
			u.ForceQuery, u.Fragment = false, ""
			return u.String()
		}
	}
	return ""
}

// features keeps those permissions of a frame that a player may have (Permissions
// Policy section 5).
func features(list string) string {
	var kept []string
	for feature := range strings.SplitSeq(strings.ToLower(list), ";") {
		name, _, _ := strings.Cut(strings.TrimSpace(feature), " ")
		switch name {
		case "fullscreen", "encrypted-media", "picture-in-picture":
			kept = append(kept, name)
		}
	}
	return strings.Join(kept, "; ")
}

// instead writes a link in place of a frame that is no player, unless the frame was invisible.
func (s *shaper) instead(attrs []attribute) {
	to := link(s.base, Resolve(s.base, value(attrs, "src")))
	if to == "" || pixel(attrs, to) || s.index("a") >= 0 || s.index("math") >= 0 || len(s.stack) >= maxDepth || s.out.Len() >= maxOutput {
		return
	}
	label := strings.TrimSpace(legal(value(attrs, "title")))
	if label == "" {
		u, err := url.Parse(to)
		if err != nil {
			return
		}
		label = u.Hostname()
	}
	s.open("a", []attribute{{"href", to}})
	s.text(label)
	s.end("a")
}

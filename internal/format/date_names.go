package format

import (
	"strings"
	"sync"
)

// monthNames lists the names and abbreviations of the twelve months, one language a
// line, as they are written in dates (nominative and genitive) without accents. A word
// also matches if it begins with one of them, of three letters or more: see month.
const monthNames = `
january february march april may june july august september october november december
jan feb mar apr may jun jul aug sept oct nov dec
januar februar maerz april mai juni juli august september oktober november dezember
janner feber mrz apr mai juno julei aug sep okt nov dez
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
janv fevr mar avr mai jun juil aou sep oct nov dec
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
ene feb mar abr may jun jul ago setiembre oct nov dic
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
gen feb mar apr mag giu lug ago set ott nov dic
janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro
jan fev mar abr mai jun jul ago set out nov dez
januari februari maart april mei juni juli augustus september oktober november december
jan feb mrt apr mei jun jul aug sep okt nov dec
styczen luty marzec kwiecien maj czerwiec lipiec sierpien wrzesien pazdziernik listopad grudzien
stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia
sty lut mar kwi maj cze lip sie wrz paz lis gru
январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
января февраля марта апреля мая июня июля августа сентября октября ноября декабря
янв фев мар апр май июн июл авг сен окт ноя дек
січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
januari februari mars april maj juni juli augusti september oktober november december
januar februar marts april maj juni juli august september oktober november december
ledna unora brezna dubna kvetna cervna cervence srpna zari rijna listopadu prosince
ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik
tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesakuuta heinakuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta
januar februar marcius aprilis majus junius julius augusztus szeptember oktober november december
januar februar marc apr maj jun jul aug szept okt nov dec
ιανουαριου φεβρουαριου μαρτιου απριλιου μαιου ιουνιου ιουλιου αυγουστου σεπτεμβριου οκτωβριου νοεμβριου δεκεμβριου
ιαν φεβ μαρ απρ μαι ιουν ιουλ αυγ σεπ οκτ νοε δεκ
ιαν φεβ μαω απρ μαι ιον ιολ αυγ σεπ οκτ νοε δεκ
oca sub mar nis may haz tem agu eyl eki kas ara
tammi helmi maalis huhti touko kesa heina elo syys loka marras joulu
leden unor brezen duben kveten cerven cervenec srpen zari rijen listopad prosinec
led uno bre dub kve cvn cvc srp zar rij lis pro
gener febrer marc abril maig juny juliol agost setembre octubre novembre desembre
gen febr marc abr maig juny jul ag set oct nov des
ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
ian feb mar apr mai iun iul aug sep oct noi dec
ιανουαριος φεβρουαριος μαρτιος απριλιος μαιος ιουνιος ιουλιος αυγουστος σεπτεμβριος οκτωβριος νοεμβριος δεκεμβριος
січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень
січ лют бер кві тра чер лип сер вер жов лис гру
януари февруари март април май юни юли август септември октомври ноември декември
januara februara marca aprila maja juna jula augusta septembra oktobra novembra decembra
januarja februarja marca aprila maja junija julija avgusta septembra oktobra novembra decembra
jan feb mar apr maj jun jul avg sep okt nov dec
januari februari maret april mei juni juli agustus september oktober november desember
يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר
בינואר בפברואר במרץ באפריל במאי ביוני ביולי באוגוסט בספטמבר באוקטובר בנובמבר בדצמבר
ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر
جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر
jan feb mar apr mai jun jul aug sep okt nov des
sijecnja veljace ozujka travnja svibnja lipnja srpnja kolovoza rujna listopada studenoga prosinca
јан феб мар апр мај јун јул авг сеп окт нов дец
яну фев мар апр май юни юли авг сеп окт ное дек
студзеня лютага сакавіка красавіка мая чэрвеня ліпеня жніўня верасня кастрычніка лістапада снежня
sausio vasario kovo balandzio geguzes birzelio liepos rugpjucio rugsejo spalio lapkricio gruodzio
jaan veebr marts apr mai juuni juuli aug sept okt nov dets
มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม
xan feb mar abr mai xun xul ago set out nov dec
`

// months maps every name to its number.
var months = sync.OnceValue(func() map[string]int {
	table := map[string]int{}
	for line := range strings.Lines(monthNames) {
		for i, name := range strings.Fields(line) {
			name = unaccented(name)
			if _, taken := table[name]; !taken { // earlier languages win
				table[name] = i + 1
			}
		}
	}
	return table
})

// month returns the number of the month that word names, in lower case without accents.
func month(word string) (int, bool) {
	table := months()
	word = strings.TrimSuffix(word, ".")
	if m, ok := table[word]; ok {
		return m, true
	}
	runes := []rune(word)
	for n := len(runes) - 1; n >= 3; n-- { // "septemb", "juillt": the longest prefix that is a name
		if m, ok := table[string(runes[:n])]; ok {
			return m, true
		}
	}
	return 0, false
}

// zones maps the names of time zones to offsets in minutes east of UTC. An ambiguous
// name has the meaning that most feeds give it: IST is Indian, CST and EST are American,
// BST is British summer time. Single letters are those of RFC 822 section 5.1.
var zones = map[string]int{
	"ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "uct": 0, "zulu": 0,
	"a": -60, "b": -120, "c": -180, "d": -240, "e": -300, "f": -360, "g": -420, "i": -540, "k": -600, "l": -660, "m": -720,
	"n": 60, "o": 120, "p": 180, "q": 240, "r": 300, "s": 360, "t": 420, "v": 540, "w": 600, "x": 660, "y": 720,
	"nst": -210, "ndt": -150, "ast": -240, "adt": -180, "at": -240,
	"est": -300, "edt": -240, "et": -300, "cst": -360, "cdt": -300, "ct": -360,
	"mst": -420, "mdt": -360, "mt": -420, "pst": -480, "pdt": -420, "pt": -480,
	"akst": -540, "akdt": -480, "hst": -600, "hast": -600, "hdt": -540, "sst": -660,
	"brt": -180, "brst": -120, "art": -180, "clt": -240, "clst": -180, "cot": -300, "pet": -300, "vet": -240, "uyt": -180, "gft": -180,
	"west": 60, "bst": 60, "cet": 60, "cest": 120, "met": 60, "mest": 120, "mez": 60, "mesz": 120, "mewt": 60, "wat": 60, "hnec": 60, "heec": 120,
	"eet": 120, "eest": 180, "sast": 120, "cat": 120, "idt": 180, "msk": 180, "msd": 240, "trt": 180, "eat": 180,
	"gst": 240, "samt": 240, "irst": 210, "irdt": 270, "aft": 270, "pkt": 300, "uzt": 300, "yekt": 300, "ist": 330, "npt": 345,
	"omst": 360, "mmt": 390, "ict": 420, "wib": 420, "krat": 420, "novt": 420,
	"awst": 480, "hkt": 480, "sgt": 480, "myt": 480, "pht": 480, "wita": 480, "irkt": 480,
	"jst": 540, "kst": 540, "wit": 540, "yakt": 540, "acst": 570, "acdt": 630,
	"aest": 600, "aedt": 660, "chst": 600, "vlat": 600, "nct": 660, "magt": 660,
	"nzst": 720, "nzdt": 780, "fjt": 720, "pett": 720,
}

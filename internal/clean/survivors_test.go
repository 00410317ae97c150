package clean

// survivors are lines that must stay unchanged. Together they have every allowed
// element and attribute.
const survivors = `
Text &amp; "Zeichen" &lt;b&gt; – 'ä' 漢字 😀 1 &lt; 2
<p align="center" dir="rtl" lang="he" title="Ein &amp; &#34;Satz&#34; &lt;b&gt;">x<br clear="all">y<wbr>z</p>
<a href="https://a.example/?a=1&amp;b=2#c" hreflang="de" type="text/html" rel="nofollow noopener">x</a>
<a href="mailto:me@a.example?subject=x">x</a><a href="tel:+4930123">x</a><a href="magnet:?xt=urn:btih:x">x</a>
<b>a</b><i>b</i><u>c</u><s>d</s><em>e</em><strong>f</strong><small>g</small><big>h</big><strike>i</strike><tt>j</tt><mark>k</mark>
<abbr title="x">a</abbr><acronym>b</acronym><cite>c</cite><code>d</code><dfn>e</dfn><kbd>f</kbd><samp>g</samp><var>h</var><sub>i</sub><sup>j</sup><span>k</span>
<bdi>a</bdi><bdo dir="rtl">b</bdo><data value="7">c</data><time datetime="2025-12-03T10:05:00+01:00">d</time><q cite="https://a.example/">e</q>
<del cite="https://a.example/" datetime="2025-12-03">a</del><ins cite="https://a.example/" datetime="2025-12-03 10:05">b</ins>
<h1 align="left">1</h1><h2>2</h2><h3>3</h3><h4>4</h4><h5>5</h5><h6>6</h6><hgroup><h2>a</h2><p>b</p></hgroup><hr align="left" noshade="" size="2" width="50%">
<article><header>a</header><section>b</section><aside>c</aside><nav>d</nav><main>e</main><search>f</search><footer><address>g</address></footer></article>
<div align="right">a</div><center>b</center><blockquote cite="https://a.example/">c</blockquote><pre width="80">d   e</pre>
<ul type="square" compact=""><li>a</li><li value="3" type="i">b</li></ul><ol start="3" reversed="" type="a" compact=""><li>c</li></ol><menu compact=""><li>d</li></menu><dir compact=""><li>e</li></dir>
<dl compact=""><dt>a</dt><dd>b</dd></dl><details open=""><summary>a</summary>b</details><meter value="3" min="0" max="5" low="1" high="4" optimum="2">3</meter><progress value="1" max="2">1</progress>
<table align="center" border="1" cellpadding="2" cellspacing="0" frame="box" rules="all" summary="Eine Tabelle" width="100%"><caption align="top">a</caption><colgroup span="2" align="left" valign="top" width="10"><col span="1" align="left" valign="top" width="10"></colgroup><thead align="left" valign="top"><tr align="left" valign="top"><th colspan="2" rowspan="1" scope="col" abbr="x y" axis="z" char="." charoff="2" nowrap="" width="5" height="6" align="left" valign="top">b</th></tr></thead><tbody><tr><td colspan="2" rowspan="2">c</td></tr></tbody><tfoot><tr><td>d</td></tr></tfoot></table>
<figure><img src="https://a.example/a.png" srcset="https://a.example/a.png 1x, https://a.example/b.png 640w" sizes="(max-width: 600px) 480px, calc(100vw - 2em)" alt="" width="640" height="480" align="left" border="0" hspace="2" vspace="3" longdesc="https://a.example/d"><figcaption>x</figcaption></figure>
<picture><source src="https://a.example/v" srcset="https://a.example/a.webp 1x" sizes="100vw" media="(min-width: 40em)" type="image/webp" width="1" height="2"><img src="https://a.example/a.png"></picture>
<audio src="https://a.example/a.mp3" controls="" preload="none" loop="" muted=""></audio>
<video src="https://a.example/v.mp4" poster="https://a.example/p.jpg" width="640" height="360" controls="" preload="metadata" loop="" muted="" playsinline=""><source src="https://a.example/v.webm" type="video/webm; codecs=&#34;vp9&#34;"><track src="https://a.example/t.vtt" kind="captions" srclang="de" label="Deutsch" default=""></video>
<iframe src="https://player.vimeo.com/video/1" width="640" height="360" allow="fullscreen; picture-in-picture" allowfullscreen="" sandbox="allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-presentation" referrerpolicy="strict-origin-when-cross-origin"></iframe>
<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby><ruby><rb>字</rb><rtc>じ</rtc></ruby>
<math display="block" alttext="x"><mrow><mi mathvariant="normal">x</mi><mo form="infix" stretchy="false" fence="true" separator="true" symmetric="true" largeop="true" movablelimits="true" accent="true" lspace="1em" rspace="1em" minsize="1" maxsize="2">+</mo><mn>2</mn><ms>s</ms><mtext>t</mtext><mspace width="1em" height="2em" depth="3em"></mspace></mrow></math>
<math><mfrac linethickness="2"><mi>a</mi><mi>b</mi></mfrac><msqrt><mi>a</mi></msqrt><mroot><mi>a</mi><mn>3</mn></mroot><msub><mi>a</mi><mn>1</mn></msub><msup><mi>a</mi><mn>2</mn></msup><msubsup><mi>a</mi><mn>1</mn><mn>2</mn></msubsup></math>
<math><munder accentunder="true"><mi>a</mi><mo>_</mo></munder><mover accent="true"><mi>a</mi><mo>^</mo></mover><munderover><mo>∑</mo><mn>1</mn><mi>n</mi></munderover><mmultiscripts><mi>a</mi><mn>1</mn><none></none><mprescripts></mprescripts><mn>2</mn></mmultiscripts></math>
<math><mfenced open="[" close="]" separators=";"><mi>a</mi></mfenced><menclose notation="box"><mi>a</mi></menclose><mpadded width="1em" height="1em" depth="1em" lspace="1em" voffset="1em"><mi>a</mi></mpadded><mphantom><mi>a</mi></mphantom><mstyle displaystyle="true" scriptlevel="1"><mi>a</mi></mstyle><merror><mi>a</mi></merror></math>
<math><mtable columnalign="left" rowalign="top"><mtr columnalign="left"><mtd columnspan="2" rowspan="1"><mi>a</mi></mtd></mtr></mtable></math>
`

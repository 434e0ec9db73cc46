"""Texts in several languages, written for the tests, to be encoded as old files are."""

ENGLISH = """\
“It’s the third bell,” said the ferryman, “and you’re still not aboard.” She hadn’t heard him.
The rope lay coiled on the quay; the tide was turning, and nobody’s hands were free to haul it.
“Who’s to pay for the lantern?” he asked. “I’d not ask if it weren’t my brother’s.”
The town had grown around the harbour as moss grows around a stone, slowly and without a plan.
Fishermen’s wives mended nets on the steps of the old customs house, where the wind couldn’t
reach.
In the evenings the clockmaker’s daughter climbed the tower to wind the great spring, and she
counted the turns aloud: one for the mayor, two for the baker, three for the boy who didn’t
sleep.
“There’s a letter for you,” the postman called – he always called twice – “and it’s from
overseas.”
She took it without a word. The stamp showed a white bird, and the ink had run in the rain.
“Don’t open it here,” her father said. “Let’s go in. What’s written can’t be changed by
waiting…”
They sat by the stove while the kettle sang. Outside, the last boat’s light went round the
point.
The letter wasn’t long. It said that the winter had been hard, that the roof had held, and that
he’d be home before the apples were ripe, if the captain kept his promise. He hadn’t forgotten
the tune that she used to hum. “That’s all?” her father asked. “It’s enough,” she said.
In spring they painted the shutters blue. The neighbours’ children brought shells and sea glass,
and the old dog, who’d seen nine winters, slept across the doorstep as if he’d paid for it.
Nobody spoke of the letter, but every Thursday she walked to the end of the mole and looked out.
“You’ll wear a path in the stone,” said the ferryman. “Then it’ll be easier to find,” she said.
"""

FRENCH = """\
« Où étiez-vous passé ? » demanda la boulangère en posant les brioches près de la fenêtre.
Le garçon haussa les épaules. Il avait marché toute la matinée le long du canal gelé, jusqu’à
l’écluse où son père avait travaillé avant la guerre. « Là-bas, répondit-il, il n’y a plus
rien. »
La maison de l’éclusier était fermée ; le jardin, envahi d’herbes hautes, sentait encore la
menthe.
À midi, la place s’anima : les marchands dépliaient leurs étals, les enfants se pressaient
autour
de la fontaine, et le vieux maître d’école lisait à voix haute un journal de l’année précédente.
Il prétendait que les nouvelles vieillies étaient les seules qu’on pût croire. Personne n’osait
le contredire, car il avait appris à lire à toute la vallée, même au curé et au garde champêtre.
Au début de l’été, un étranger s’arrêta à l’auberge. Il portait une boîte noire, fermée par une
lanière de cuir usée, et il ne parlait guère. On crut d’abord qu’il était médecin, puis
géomètre,
puis espion. En vérité, il accordait les pianos. Celui de l’école n’avait pas été touché depuis
vingt ans ; les souris avaient rongé les feutres, et le ré grave ne répondait plus du tout.
« Donnez-moi trois jours, dit l’étranger, et une fenêtre ouverte sur la forêt. » Il travailla
sans relâche. Le troisième soir, la musique s’éleva au-dessus des toits comme une fumée légère.
Les femmes s’arrêtèrent de coudre ; les hommes posèrent leurs verres. Même le chien se tut.
Quand il repartit, à l’aube, il laissa sur le clavier une clé de cuivre et un mot très bref :
« L’humidité est l’ennemie. Chauffez la salle, aimez la musique, et tâchez d’être indulgents. »
"""

GERMAN = """\
„Wären Sie so freundlich, die Tür zu schließen?“, fragte die Großmutter, ohne vom Buch
aufzusehen.
Draußen fiel der erste Schnee auf die Dächer der Gasse, und über dem Fluß lag ein grauer Nebel.
Der Müller hatte drei Söhne; der jüngste hörte am liebsten den Vögeln zu und vergaß darüber
die Mühle.
Früher, so erzählte man, hätten die Räder Tag und Nacht geklappert, daß man kaum schlafen
konnte.
Nun stand das Wasser still, die Wehre waren gefroren, und im Gebälk nisteten die Mäuse.
„Man müßte sie wieder in Gang setzen“, sagte der Älteste. „Dafür fehlt uns das Geld“, meinte
der Zweite.
Der Jüngste schwieg. Er kletterte auf den Speicher, öffnete die Luke und zählte die Säcke im
Dämmerlicht.
Es waren genau zwölf, und in einem lag, sorgfältig in Öltuch gewickelt, die alte Geige des
Vaters.
Am nächsten Morgen ging er über die Brücke in die Stadt, wo der Geigenbauer seine Werkstatt
hatte.
Der prüfte das Holz, klopfte, horchte und schüttelte schließlich den Kopf: „So etwas gibt es
nicht mehr.
Für dieses Stück könnte man zwei Mühlen kaufen, und ein Paar Ochsen obendrein. Möchten Sie
verkaufen?“
Der Junge überlegte lange. Dann bat er höflich um neue Saiten, bezahlte mit seinen letzten
Münzen und
spielte noch am selben Abend auf dem Marktplatz. Die Leute blieben stehen, trotz der Kälte,
und hörten.
Bäcker und Bürgermeister, Mägde und Schüler warfen, was sie entbehren konnten, in die
aufgeklappte Hülle.
Im Frühjahr drehte sich das Rad wieder. Die Brüder mahlten Roggen und Gerste, und sonntags
war Musik.
"""

SPANISH = """\
—¿Dónde está la niña? —preguntó el señor Núñez, que había llegado de la montaña aquella mañana.
Nadie contestó. En el corazón del jardín, detrás del limonero, el agua caía sobre las piedras
calientes.
La abuela decía que el pozo tenía más de cien años y que allí, según la tradición, bebió un
capitán.
«Será verdad o será mentira —añadía—, pero jamás se secó, ni siquiera en el año de la gran
sequía.»
El médico llegó después de la cena con su maletín y una canción en los labios. ¡Qué alegría
más extraña!
Todavía quedaba luz; los pájaros volvían a los árboles y el último autobús cruzaba la plaza
vacía.
"""

PORTUGUESE = """\
«Não sei se virão», respondeu a irmã, e pôs o pão sobre a mesa. A chuva começara antes da manhã,
e as ruas da povoação já não se distinguiam do rio. O avô, que nunca aprendera a ler, contava
histórias
de navegação e de tempestades; às vezes esquecia o fim, mas ninguém lho dizia. Então, às três
horas,
ouviu-se um violão no outro lado da praça. Era o João, que voltara de São Tomé com saudades e
canções.
"""

ITALIAN = """\
«Perché non è venuto?» chiese la zia, e già sapeva la risposta. La città era più quieta del
solito;
dal caffè all’angolo arrivava la voce della radio, e un ragazzo portava giù per la via una
scala di legno.
Non c’era fretta: il lunedì si lavorava metà giornata. Il podestà, che abitava lassù, non
scendeva mai.
Così passò l’estate, finché un giorno la felicità bussò alla porta con un cesto di ciliegie e
una verità.
"""

POLISH = """\
— Proszę pani, czy mogłaby pani zamknąć okno? — zapytał chłopiec. — Wieje tak, że świeca gaśnie.
Stara kobieta uśmiechnęła się i odłożyła książkę. Za oknem padał śnieg, gęsty i cichy, a na
rzece
stały łodzie, których właściciele wyjechali jeszcze przed pierwszym mrozem. Nikt nie
wiedział, dokąd.
W mieście mówiło się, że zegarmistrz znów naprawia wielki zegar na wieży ratuszowej. Próbował
już trzy
razy: najpierw zabrakło mu części, później pieniędzy, wreszcie cierpliwości. Teraz przyszła
jego córka,
dziewczyna o bystrych oczach, i zażądała kluczy. „Dajcie mi tydzień — rzekła — i ciepłą
herbatę.”
Burmistrz wzruszył ramionami, ale klucze oddał. Przez siedem dni słychać było stukanie młotka
i śpiew.
Ósmego dnia, dokładnie w południe, dzwon odezwał się po raz pierwszy od dwudziestu lat.
Ludzie wyszli
na ulice, jedni płakali, inni śmiali się głośno; gołębie zerwały się z dachów i długo krążyły
nad rynkiem.
Dziewczyna zeszła z wieży, cała w kurzu i smarze, i poprosiła tylko o wodę oraz o parę nowych
rękawiczek.
— Cóż za skromność! — zawołał piekarz. — Weź chociaż bochenek chleba i słoik miodu. Należy ci
się.
Odtąd każdego ranka szła po stromych schodach, nakręcała mechanizm i spoglądała na pola aż po
horyzont.
Mówiono, że widzi stamtąd morze, choć do morza było stąd więcej niż trzysta kilometrów. Może
i widziała.
"""

CZECH = """\
„Příliš dlouho jsi čekal,“ řekla babička a přiložila do kamen. Venku už padala tma a z řeky
stoupala mlha.
Chlapec mlčel. Věděl, že má pravdu, ale nechtěl to přiznat; raději počítal hvězdy, které se
objevovaly
nad střechami. Děda mezitím opravoval staré hodiny, jež se zastavily v den, kdy odešel strýc
do světa.
„Až půjdou, vrátí se,“ říkával. Nikdo mu nevěřil, a přece každý večer poslouchali, zda se
neozve tikot.
"""

HUNGARIAN = """\
– Hová tűnt a kulcs? – kérdezte a nővérem, és körülnézett a szűk, hűvös előszobában. Őszi eső
verte
az ablakot, a kertben már lehullott a dió, és a szőlőhegy fölött köd ült. Nagyapám a tűzhely
mellett
ült, fűtött, és régi történeteket mesélt: hogyan győzte le a folyót, hogyan épült föl a híd a
falu alatt.
Mindenki tudta, hogy túloz, mégis örömmel hallgattuk, mert a hangjában ott csörgött a fiatalság.
"""

TURKISH = """\
“Bu akşam yağmur yağacak,” dedi balıkçı, ağlarını toplarken. Gökyüzü kurşun rengindeydi ve
martılar
alçaktan uçuyordu. Küçük kız, iskelenin ucunda oturmuş, ayaklarını suya değdiriyordu. Annesi
çağırdı:
“Üşüyeceksin, içeri gel!” Ama o, ufuktaki ışığı görmüştü. Eski fener, yıllardır ilk kez
yanıyordu.
Köyün yaşlıları bunu duyunca şaşırdılar; kimi güldü, kimi sustu, kimi de çayını bırakıp
dışarı koştu.
"""

GREEK = """\
«Πού πας τέτοια ώρα;» ρώτησε η γιαγιά, και άφησε το πλεκτό της στο τραπέζι. Το παιδί δεν
απάντησε.
Έξω φυσούσε βοριάς, οι βάρκες χόρευαν δεμένες στο λιμάνι και ο φάρος αναβόσβηνε σαν
κουρασμένο μάτι.
Ο παππούς έλεγε πως κάθε χειμώνα η θάλασσα ζητά κάτι πίσω: ένα σκοινί, ένα κουπί, μια παλιά
υπόσχεση.
Το πρωί βρήκαν στην άμμο ένα ξύλινο κουτί με χάρτες, κι ανάμεσά τους ένα γράμμα χωρίς όνομα.
"""

RUSSIAN = """\
— Вы опять опоздали, — сказала хозяйка и поставила самовар на стол. — Чай давно остыл, а
пирог почти съели.
Гость снял мокрое пальто, поклонился и сел у окна. За окном шумела река, тяжёлая и тёмная
после дождей,
и на том берегу, где начинался лес, горел одинокий фонарь. Никто в деревне не помнил, кто его
поставил.
Старый мельник утверждал, что фонарь зажигает ветер. Учитель смеялся, но каждую осень
записывал в тетрадь
число, час и погоду. Он надеялся когда-нибудь вывести закон, по которому свет появляется и
исчезает.
Дети ничего не записывали. Они просто брали лодку, переправлялись на другой берег и
возвращались к ужину
с полными карманами орехов, счастливые и совершенно мокрые. На вопросы они отвечали уклончиво.
Однажды в посёлок приехал инженер из города. Он ходил по улицам с длинной рулеткой, щурился,
что-то чертил
и наконец объявил, что здесь будет мост. «Мост? — переспросил мельник. — А зачем нам мост,
если есть лодка?»
Инженер объяснил подробно: по мосту можно возить зерно, доски, кирпич, почту; до станции
станет вдвое ближе.
Все согласились, что это разумно, и все немного загрустили. Строили три года. Когда работы
закончились,
фонарь перестал загораться, и учитель поставил в своей тетради последнюю точку. Он долго
сидел на крыльце,
глядел на воду и думал о том, что объяснение, может быть, и не было нужно. Дети уже выросли и
разъехались.
"""

UKRAINIAN = """\
— Чи не бачили ви мого брата? — запитала дівчина, тримаючи в руках кошик із яблуками. Старий
рибалка
похитав головою. Він щойно повернувся з річки, його човен іще хитався біля берега, а сіті
сохли на тину.
«Учора ввечері він пішов до млина, — відповів хтось із гурту, — і казав, що повернеться, коли
зійде місяць».
Ніхто не хвилювався, бо ніч була тепла й тиха, і над полем їхали вози, й чути було далеку пісню.
"""

JAPANESE = """\
「もう三度も鐘が鳴ったのに、どうして船に乗らないのですか」と渡し守は尋ねた。少女は答えなかった。
港の町は、石のまわりに苔が生えるように、ゆっくりと、計画もなく広がっていった。古い税関の階段で
は、
漁師の妻たちが網を繕い、風の来ない隅で昔の歌をうたっている。夕方になると、時計屋の娘は塔に登り、
大きなぜんまいを巻きながら、声に出して回数を数えた。一つは市長のため、二つはパン屋のため、三つ
は眠れない子のため。
「手紙が来ていますよ」と郵便配達が呼んだ。彼はいつも二度呼ぶのである。切手には白い鳥が描かれ、
インクは雨でにじんでいた。
「ここで開けてはいけない」と父は言った。「中に入ろう。書かれたことは、待っても変わらないのだか
ら」
二人はストーブのそばに座り、やかんの鳴る音を聞いた。外では、最後の船の明かりが岬をまわって消え
た。
手紙は長くなかった。冬は厳しかったが屋根は無事だったこと、船長が約束を守れば、林檎が熟す前に帰
れること。
「それだけか」と父がきいた。「それで十分です」と娘は言って、便箋をていねいにたたんだ。
春になると、二人は雨戸を青く塗った。近所の子どもたちは貝殻やガラスのかけらを持ってきて、
九度の冬を越した老犬は、まるで家賃を払ったかのように玄関先で眠っていた。
"""

KOREAN = """\
“종이 벌써 세 번이나 울렸는데 왜 배에 오르지 않습니까?” 하고 뱃사공이 물었다. 소녀는 대답하지
않았다.
항구의 마을은 돌 둘레에 이끼가 자라듯이 천천히, 아무런 계획도 없이 자라났다. 오래된 세관의
계단에서는
어부의 아내들이 그물을 고치고, 바람이 들지 않는 구석에서 옛 노래를 불렀다. 저녁이 되면 시계방
딸은 탑에 올라
커다란 태엽을 감으면서 소리 내어 횟수를 세었다. 하나는 시장을 위해, 둘은 빵집을 위해, 셋은 잠
못 드는 아이를 위해.
“편지가 왔어요.” 우체부가 불렀다. 그는 언제나 두 번 부른다. 우표에는 하얀 새가 그려져 있었고
잉크는 비에 번져 있었다.
“여기서 열지 마라.” 아버지가 말했다. “안으로 들어가자. 쓰인 것은 기다린다고 해서 달라지지
않는다.”
두 사람은 난로 곁에 앉아 주전자가 우는 소리를 들었다. 밖에서는 마지막 배의 불빛이 곶을 돌아
사라졌다.
편지는 길지 않았다. 겨울이 몹시 추웠지만 지붕은 무사했고, 선장이 약속을 지키면 사과가 익기
전에 돌아오겠다고 했다.
“그게 다냐?” 하고 아버지가 물었다. “이걸로 충분해요.” 딸은 편지지를 곱게 접어 주머니에 넣었다.
봄이 오자 그들은 덧문을 파랗게 칠했다. 이웃집 아이들은 조개껍데기와 유리 조각을 가져왔다.
"""

SIMPLIFIED_CHINESE = """\
“钟已经敲了三遍，你怎么还不上船？”摆渡人问道。姑娘没有回答，只是望着远处的灯塔。
港口的小镇像石头四周的青苔一样，慢慢地、毫无计划地长大。渔夫的妻子们坐在旧海关的台阶上补网，
在风吹不到的角落里唱着老歌。每天傍晚，钟表匠的女儿爬上高塔，给大钟上发条，一边转一边大声数着：
一圈为了镇长，两圈为了面包师，三圈为了那个睡不着觉的孩子。“有你的信！”邮差喊道，他总是喊两次。
邮票上画着一只白鸟，墨水被雨水化开了。“别在这里拆，”父亲说，“我们进去吧。写下来的东西，等待也
改变不了。”
他们坐在炉子旁边，听水壶唱歌。外面，最后一条船的灯光绕过海角，消失在黑暗之中。
信并不长。信里说，冬天很冷，但是屋顶还好；如果船长遵守诺言，苹果成熟以前他就能回家。
“就这些吗？”父亲问。“这就够了。”女儿说着，把信纸仔细地折好，放进了口袋。
春天来了，他们把百叶窗漆成蓝色。邻居的孩子们送来贝壳和玻璃碎片，老狗躺在门口晒太阳，
好像它已经付过房租似的。没有人再提起那封信，可是每逢星期四，她都走到防波堤的尽头，向远方眺望。
“你会把石头踩出一条路来的。”摆渡人说。“那样就更容易找到了。”她回答。
"""

TRADITIONAL_CHINESE = """\
「鐘已經敲了三遍，你怎麼還不上船？」擺渡人問道。姑娘沒有回答，只是望著遠處的燈塔。
港口的小鎮像石頭四周的青苔一樣，慢慢地、毫無計畫地長大。漁夫的妻子們坐在舊海關的臺階上補網，
在風吹不到的角落裡唱著老歌。每天傍晚，鐘錶匠的女兒爬上高塔，給大鐘上發條，一邊轉一邊大聲數著：
一圈為了鎮長，兩圈為了麵包師，三圈為了那個睡不著覺的孩子。「有你的信！」郵差喊道，他總是喊兩次。
郵票上畫著一隻白鳥，墨水被雨水化開了。「別在這裡拆，」父親說，「我們進去吧。寫下來的東西，等待
也改變不了。」
他們坐在爐子旁邊，聽水壺唱歌。外面，最後一條船的燈光繞過海角，消失在黑暗之中。
信並不長。信裡說，冬天很冷，但是屋頂還好；如果船長遵守諾言，蘋果成熟以前他就能回家。
「就這些嗎？」父親問。「這就夠了。」女兒說著，把信紙仔細地摺好，放進了口袋。
春天來了，他們把百葉窗漆成藍色。鄰居的孩子們送來貝殼和玻璃碎片，老狗躺在門口曬太陽，
好像牠已經付過房租似的。沒有人再提起那封信，可是每逢星期四，她都走到防波堤的盡頭，向遠方眺望。
「你會把石頭踩出一條路來的。」擺渡人說。「那樣就更容易找到了。」她回答。
"""

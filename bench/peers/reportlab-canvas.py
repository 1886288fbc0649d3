# ReportLab: graphics.barcode Code128 drawn on the canvas, one shared image
import json, os, sys
from reportlab.pdfgen import canvas
from reportlab.graphics.barcode.code128 import Code128, Code128Auto
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
here = os.path.dirname(os.path.abspath(__file__)); mm = 72 / 25.4
records = json.load(open(sys.argv[1])); out = sys.argv[2]
BG = os.path.join(here, '../workload/background.jpg')
pdfmetrics.registerFont(TTFont('mono', os.path.join(here, '../../templates/fonts/JetBrainsMono-Medium.ttf')))
PW, PH = 210 * mm, 297 * mm; CW, CH = 85.6 * mm, 53.98 * mm; X0 = (PW - 2 * CW) / 2; Y0 = (PH - 5 * CH) / 2
c = canvas.Canvas(out, pagesize=(PW, PH), pageCompression=1)
def bar(text, x, y, w, h, cx, base, size, cardx, cardy):
    b = Code128(text, barHeight=h, barWidth=1, quiet=0)
    b.barWidth = w / b.width  # first measured with unit bars
    b = Code128(text, barHeight=h, barWidth=b.barWidth, quiet=0)
    b.drawOn(c, cardx + x, PH - cardy - y - h)
    c.setFont('mono', size); c.drawCentredString(cardx + cx, PH - cardy - base, text)
for i, r in enumerate(records):
    k = i % 10
    if k == 0:
        if i: c.showPage()
        c.setLineWidth(0.25); g, l, R, B = 2 * mm, 5 * mm, X0 + 2 * CW, Y0 + 5 * CH
        for n in range(3): x = X0 + n * CW; c.line(x, PH - (Y0 - g - l), x, PH - (Y0 - g)); c.line(x, PH - (B + g), x, PH - (B + g + l))
        for n in range(6): y = PH - (Y0 + n * CH); c.line(X0 - g - l, y, X0 - g, y); c.line(R + g, y, R + g + l, y)
    x, y = X0 + (k % 2) * CW, Y0 + (k // 2) * CH
    c.drawImage(BG, x, PH - y - CH, CW, CH)
    bar(r['token'], 4.8 * mm, 19 * mm, 76 * mm, 9 * mm, 42.8 * mm, 31.2 * mm, 6.5, x, y)
    bar(r['pin'], 6 * mm, 36 * mm, 30 * mm, 8 * mm, 21 * mm, 47.2 * mm, 7.5, x, y)
    c.setFont('mono', 6.5); c.drawString(x + 50 * mm, PH - y - 47.2 * mm, r['card_id'])
c.save()

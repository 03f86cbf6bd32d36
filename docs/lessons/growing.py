# %% [markdown] en
"""
# Growing and styles: from progressive GAN to StyleGAN

Two ideas that follow each other. **Progressive growing** (Karras et al. 2017): learn pictures of 4x4 first, then 8x8, and so on, so
that at every moment there is only one thing to learn. **Styles** (Karras et al. 2018): random numbers do not enter the picture
directly; they become a *style*, and the style says in every layer how much each channel counts.

In this lesson: what a picture looks like to a network that is still small, how a new size is faded in, a game that grows before your
eyes, why random numbers should be bent before they paint, how a style weighs channels, and pictures with the shape of one and the
colours of another.
"""

# %% [markdown] zh
"""
# 生长与风格：从渐进式 GAN 到 StyleGAN

两个前后相继的想法。**渐进式生长**（Karras 等人 2017）：先学 4x4 的图片，再学 8x8，依此类推，这样每一刻只有一件事要学。**风格**（Karras 等人
2018）：随机数不直接进入图片，而是先变成一种*风格*，由风格在每一层决定每个通道有多重要。

这一课讲：在一个还很小的网络眼里图片是什么样子；新的尺寸怎样淡入；一场在你眼前生长的游戏；随机数在作画之前为什么应该先被弯曲；风格怎样给通道加权；以及取
一张图片的形状、另一张图片的颜色来画。
"""
# %%
import importlib.util
import os
import subprocess
import sys
import time

if importlib.util.find_spec("pinxit") is None:
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "pinxit"], check=True)

import pinxit
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw
from pinxit.data.catalog import resolve
from pinxit.families.progressive.growing import grown, work
from pinxit.images.sheets import contact_sheet
from pinxit.objectives.energy import energy_distance
from torch import nn

SECONDS = float(os.environ.get("LESSON_SECONDS", "45"))
SMALL = {"size": 32, "alpha": False, "start": "none", "report": False, "checkups": False}
_ = torch.manual_seed(0)
# %% [markdown] en
"""
## What there is to learn at each size

The same heads at 4x4, 8x8, 16x16 and 32x32. At 4x4 a head is a dark spot on a light ground: little to learn, and learned in seconds.
Each doubling adds details to something that is already right.
"""
# %% [markdown] zh
"""
## 每个尺寸要学的东西

同样的头像，4x4、8x8、16x16 和 32x32。在 4x4 时，一个头像不过是浅色背景上的一块深色：没多少要学，几秒就学会。每加倍一次，都是给已经正确的东西添上细节。
"""
# %%
heads = []
for picture in resolve("peeps").pictures[:8]:
    head, ground = picture.load().convert("RGBA"), Image.new("RGBA", picture.load().size, "white")
    heads.append(Image.alpha_composite(ground, head).convert("RGB").resize((32, 32), Image.Resampling.BOX))


def at_side(picture, side):
    """A picture at side x side pixels, shown as large as the others."""
    return picture.resize((side, side), Image.Resampling.BOX).resize((64, 64), Image.Resampling.NEAREST)


contact_sheet([at_side(head, side) for side in (4, 8, 16, 32) for head in heads], columns=8)
# %% [markdown] en
"""
## Fading in

A new layer knows nothing. If it painted alone at once, it would spoil what the others have learned. So for a while the picture is a
blend of the old one, doubled, and the new one:

$$ x = (1 - \\alpha) \\cdot double(x_{old}) + \\alpha \\cdot x_{new} $$

while $\\alpha$ goes from 0 to 1. The critic is shown real pictures blended in the same way, or it would tell them apart by their
sharpness alone.
"""
# %% [markdown] zh
"""
## 淡入

新的一层什么都不会。如果它马上独自作画，就会毁掉其他层学到的东西。所以有一段时间，图片是加倍后的旧图与新图的混合：

$$ x = (1 - \\alpha) \\cdot double(x_{old}) + \\alpha \\cdot x_{new} $$

$\\alpha$ 从 0 到 1。给判别器看的真实图片也以同样的方式混合，否则它单凭清晰度就能分辨真假。
"""
# %%
shares = (0.0, 0.25, 0.5, 0.75, 1.0)
faded = [Image.blend(at_side(heads[0], 16), at_side(heads[0], 32), share) for share in shares]
contact_sheet(faded, columns=5, captions=[f"alpha {share}" for share in shares])
# %% [markdown] en
"""
When to grow is a function of how many pictures were seen. It settles, fades, settles, fades. Small stages are cheap, so growing also
saves time: below, what so many pictures cost, as a share of what they would cost at full size.
"""
# %% [markdown] zh
"""
何时生长取决于已经看过多少图片：稳定，淡入，再稳定，再淡入。小的阶段很便宜，所以生长还省时间：下面是看这么多图片的代价，占全尺寸代价的比例。
"""
# %%
for seen in range(0, 70_001, 10_000):
    level = grown(seen, 3, settle=8_000, fade=8_000)  # three doublings: from 4x4 to 32x32
    cost = f"{work(seen, 3, settle=8_000, fade=8_000) / seen:.2f}" if seen else "   -"
    print(
        f"{seen:6,} pictures: {4 * 2 ** int(level):2d}x{4 * 2 ** int(level):<2d}, next {level % 1:4.0%} there, cost {cost}"
    )
# %% [markdown] en
"""
## A game that grows

Under a minute, on heads of 32 pixels. Each row is the same six seeds, a moment later. It begins with blocks, and is far from done
at the end.
"""
# %% [markdown] zh
"""
## 一场会生长的游戏

不到一分钟，32 像素的头像。每一行是同样的六个种子，晚一些的时刻。开始时是色块，到最后也远没有画完。
"""
# %%
run = pinxit.train(
    "peeps", family="progressive", minutes=SECONDS / 60, preview_every=500, out="lesson-progressive", **SMALL
)
moments = sorted((run.path / "previews").glob("*.png")) or [run.sheet]
moments = moments[:: max(1, len(moments) // 6)]
shown = [Image.open(moment).convert("RGB") for moment in moments]
rows = [sheet.crop((0, 0, sheet.width, sheet.width // 6)) for sheet in shown]
contact_sheet(
    rows,
    columns=1,
    captions=[f"{int(moment.stem):,} pictures seen" if moment.stem.isdigit() else "the end" for moment in moments],
)
# %% [markdown] en
"""
## Why random numbers should be bent

Suppose two properties never come together: long hair and a bald head, say. Then a corner of the square of all combinations is
empty. Random numbers fill their space evenly, without a hole. Whatever maps them to pictures has to bend space around the corner.

Here a small network learns that map by the *energy distance* between batches, and we draw where straight lines go.
"""
# %% [markdown] zh
"""
## 随机数为什么应该被弯曲

假设两种性质从不同时出现，比如长发和光头。那么所有组合的方形里就缺了一角。随机数却均匀地填满它的空间，没有洞。把它变成图片的映射必须绕着这个角把空间弯过去。

这里由一个小网络用两批点之间的*能量距离*学习这个映射，我们画出直线被带到哪里。
"""
# %%


def pairs(count):
    """Points (count, 2) of a square without its upper right quarter: two properties that never come together."""
    points = torch.rand(3 * count, 2) * 2 - 1
    return points[(points < 0).any(dim=1)][:count]


bend = nn.Sequential(nn.Linear(2, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 2))
adam = torch.optim.Adam(bend.parameters(), 3e-3)
until = time.monotonic() + SECONDS / 3
while time.monotonic() < until:
    loss = energy_distance(pairs(256), bend(torch.randn(256, 2)))
    adam.zero_grad()
    loss.backward()
    adam.step()


def place(points):
    """Points (N, 2) between -1.2 and 1.2 -> places in the picture."""
    return [
        (float(across), float(down)) for across, down in ((points * torch.tensor([1.0, -1.0]) + 1.2) * 130).detach()
    ]


board = Image.new("RGB", (312, 312), "white")
pen = ImageDraw.Draw(board)
for across, down in place(pairs(1500)):
    pen.ellipse((across - 1, down - 1, across + 1, down + 1), "#ccd1d1")
along = torch.linspace(-1.6, 1.6, 60)
for fixed in torch.linspace(-1.6, 1.6, 9):
    still = torch.full_like(along, float(fixed))
    pen.line(place(bend(torch.stack([along, still], dim=1))), "#c0392b", 2)
    pen.line(place(bend(torch.stack([still, along], dim=1))), "#2471a3", 2)
board
# %% [markdown] en
"""
Grey: what there is. Red and blue: lines that were straight. StyleGAN leaves the bending to a network of its own, the **mapping**
$w = f(z)$; the painter then starts from a space, *W*, in which properties may lie straight.

## A style weighs channels

In every layer the style gives each input channel a weight $s$, so each picture has a convolution of its own: $w'_{oik} = s_i \\cdot
w_{oik}$, divided by its length, so that nothing swells (StyleGAN2, eq. 1 and 3). A convolution for each picture is slow. The same numbers
come from one convolution for all, between two scalings:
"""
# %% [markdown] zh
"""
灰色：真实存在的组合。红色和蓝色：原本是直的线。StyleGAN 把弯曲交给专门的网络，即**映射** $w = f(z)$；画家于是从空间 *W* 出发，性质在那里可以是直的。

## 风格给通道加权

在每一层，风格给每个输入通道一个权重 $s$，于是每张图片都有自己的卷积：$w'_{oik} = s_i \\cdot w_{oik}$，再除以它的长度，以免越来越大（StyleGAN2，
式 1 和 3）。每张图片一个卷积很慢。用一个公共的卷积，前后各做一次缩放，得到同样的数字：
"""
# %%
features, weight, style = torch.randn(2, 8, 16, 16), torch.randn(4, 8, 3, 3), torch.rand(2, 8) + 0.5
own = weight[None] * style[:, None, :, None, None]  # a kernel for each picture: (2, 4, 8, 3, 3)
own = own / own.square().sum(dim=(2, 3, 4), keepdim=True).sqrt()
paper = torch.cat([F.conv2d(features[[n]], own[n], padding=1) for n in range(2)])
length = (style.square() @ weight.square().sum(dim=(2, 3)).T).sqrt()
ours = F.conv2d(features * style[:, :, None, None], weight, padding=1) / length[:, :, None, None]
print("largest difference:", float((paper - ours).abs().max()))
# %% [markdown] en
"""
## A StyleGAN of your own

Again under a minute, with critics that look through frozen features. Shapes and colours come first; faces take an hour.
"""
# %% [markdown] zh
"""
## 自己的 StyleGAN

还是不到一分钟，判别器通过冻结的特征来看。形状和颜色先出现，脸要一个小时。
"""
# %%
run = pinxit.train(
    "peeps", family="stylegan", minutes=SECONDS / 60, out="lesson-stylegan", **SMALL, batch=16, latents=64, styles=64, mapping=2,
    widest=96, features_at=64, taps=3, critic_width=32, pixel_width=32,
)  # fmt: skip
model = run.load()
print(f"{model.header['seen']:,} pictures seen")
contact_sheet([painting.image for painting in model.make(range(16))], columns=8)
# %% [markdown] en
"""
## The shape of one, the colours of another

The first four layers paint at 4x4 and 8x8, the last four at 16x16 and 32x32. Give them different styles. Left of each row the picture that
gives the first ones, above each column the one that gives the last.
"""
# %% [markdown] zh
"""
## 一张的形状，另一张的颜色

前四层在 4x4 和 8x8 上画，后四层在 16x16 和 32x32 上画。给它们不同的风格。每行左边的图片给出前四层，每列上面的图片给出后四层。
"""
# %%
shapes, colours = (0, 1, 2, 3), (4, 5, 6, 7, 8)
grid = [Image.new("RGB", (32, 32), "white"), *(painting.image for painting in model.make(colours))]
for shape in shapes:
    grid.append(model.make([shape])[0].image)
    grid += [pinxit.mix(model, [shape, colour], layers="4-7").image for colour in colours]
contact_sheet([picture.resize((64, 64), Image.Resampling.NEAREST) for picture in grid], columns=6)
# %% [markdown] en
"""
## Truncation: safer or wilder

Styles far from the mean were seldom trained. Drawing them towards it, $w \\leftarrow \\bar w + \\psi (w - \\bar w)$, gives safer pictures that
are more alike; at 0 there is only one. Rows: $\\psi$ = 0, 0.5, 1 and 1.5.
"""
# %% [markdown] zh
"""
## 截断：更稳妥或更狂野

离平均值很远的风格很少被训练到。把它们拉向平均值，$w \\leftarrow \\bar w + \\psi (w - \\bar w)$，图片更稳妥，也更相像；为 0 时只有一张。各行：$\\psi$ = 0、
0.5、1 和 1.5。
"""
# %%
truncated = [model.make(range(8), truncation=share) for share in (0.0, 0.5, 1.0, 1.5)]
contact_sheet([painting.image for row in truncated for painting in row], columns=8)
# %% [markdown] en
"""
## Which space is smoother?

Walk from one picture to another in 24 equal steps, once through Z and once through W, and look how much the picture changes with each.
In a smooth space all steps are alike. (The paper's *perceptual path length* measures this with features; here it is pixels, over 16 walks.)
"""
# %% [markdown] zh
"""
## 哪个空间更平滑？

从一张图片走到另一张，二十四个相等的步子，一次穿过 Z，一次穿过 W，看每一步图片变化多少。在平滑的空间里，步步都差不多。（论文的*感知路径长度*用特征来测量；
这里用像素，走 16 次。）
"""
# %%
generator, steps = model.generator, torch.linspace(0, 1, 25)[:, None]
uneven = {"Z": [], "W": []}
with torch.no_grad():
    for _walk in range(16):
        ends = torch.randn(2, generator.numbers)
        nobody = torch.zeros(len(steps), 0, dtype=torch.int64)
        w_ends = generator.map(ends, nobody[:2])
        walks = {
            "Z": generator.map(torch.lerp(ends[:1], ends[1:], steps), nobody),
            "W": torch.lerp(w_ends[:1], w_ends[1:], steps),
        }
        for space, styles in walks.items():
            change = generator.synthesise(styles).diff(dim=0).square().mean(dim=(1, 2, 3)).sqrt()
            uneven[space].append(float(change.std() / change.mean()))
for space, found in uneven.items():
    print(f"{space}: steps differ by {sum(found) / len(found):.0%} of their mean")
# %% [markdown] en
"""
**To try:** `preset="lesson"` for ten minutes each; `mixing=0` and the grid again; `path_length=2`, which asks for equal changes, and the
last cell again; a model of your own photographs, `pinxit.train("photos/", family="stylegan", minutes=60)`.
"""
# %% [markdown] zh
"""
**试一试：**各用 `preset="lesson"` 训练十分钟；用 `mixing=0` 再看那张网格；用 `path_length=2`（它要求变化相等）再运行最后一个单元；用自己的照片训练：
`pinxit.train("photos/", family="stylegan", minutes=60)`。
"""

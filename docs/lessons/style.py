# %% [markdown] en
"""
# Style transfer: a picture in the manner of another

A network that has learned to name things in photographs has learned to *see*: its first layers answer to edges and colours, its
later ones to eyes and wheels. Gatys, Ecker and Bethge (2016) noticed that two things can be read off these answers separately:

- **Content**: *what is where*. Keep the answers of a late layer as they are, place by place.
- **Style**: *what goes together with what, wherever it is*. Forget the places; keep only how often two answers occur together.

Nothing is trained here. The picture itself is changed, step by step, until its content is that of one picture and its style
that of another.
"""

# %% [markdown] zh
"""
# 风格迁移：用另一幅画的方式画一张图片

一个学会了给照片中的东西命名的网络，也就学会了*看*：前面的层对边缘和颜色有反应，后面的层对眼睛和车轮有反应。Gatys、Ecker 与 Bethge（2016）
发现，从这些反应里可以分别读出两样东西：

- **内容**：*什么在哪里*。保留某个较深层在每个位置上的反应。
- **风格**：*什么和什么一起出现，不管在哪里*。忘掉位置，只保留两种反应同时出现的频率。

这里什么也不训练。被一步一步改变的是图片本身，直到它的内容像一张图片，风格像另一张。
"""
# %%
import importlib.util
import os
import subprocess
import sys
import time

if importlib.util.find_spec("pinxit") is None:
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "pinxit"], check=True)

import numpy as np
import pinxit
import torch
from PIL import Image
from pinxit.images.sheets import contact_sheet
from pinxit.networks.pictures import to_bytes, to_network
from pinxit.networks.style_features import load_style_features

SECONDS, SIDE = float(os.environ.get("LESSON_SECONDS", "25")), 128
torch.manual_seed(0)
# %% [markdown] en
"""
## Two pictures

The content: a head by the model that comes with pinxit, drawn larger. The painting: thick wavy strokes, made by a few lines of
arithmetic, so that nobody's rights are touched. Put your own in their place: `Image.open("photo.jpg")`.
"""
# %% [markdown] zh
"""
## 两张图片

内容：pinxit 自带的模型画的一张头像，再放大。“油画”：几行算术画出的波浪形粗笔触，这样不会碰到任何人的权利。换成你自己的也可以：
`Image.open("photo.jpg")`。
"""


# %%
def strokes(side):
    """Wavy strokes in a few colours, RGB."""
    down, across = np.mgrid[0:side, 0:side] / side * 6
    swirl = np.sin(across + 1.5 * np.sin(down)) + np.cos(1.3 * down + np.sin(2 * across))
    bands = 0.5 + 0.5 * np.sin(9 * swirl + 2 * across)
    colours = np.array([[20, 40, 110], [40, 110, 170], [240, 200, 70], [250, 240, 210], [190, 80, 40]], float)
    place = (2 + 2 * np.sin(swirl * 1.7 + 0.8 * down)) * 0.999
    low = place.astype(int)
    mixed = colours[low] + (colours[np.minimum(low + 1, 4)] - colours[low]) * (place - low)[..., None]
    return Image.fromarray(np.clip(mixed * (0.65 + 0.45 * bands[..., None]), 0, 255).astype(np.uint8))


head = pinxit.upscale(pinxit.load("peeps").make([7])[0].image).image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
content = Image.new("RGBA", head.size, "#9fc4c9")
content.alpha_composite(head)
content, painting = content.convert("RGB"), strokes(SIDE)
contact_sheet([content, painting], columns=2)
# %% [markdown] en
"""
## Content and style as numbers

$F$ are the answers of a layer: $C$ channels at $h \\times w$ places. With the content picture's $P$,

$$ L_{content} = \\frac{\\sum (F - P)^2}{\\sum P^2} $$

For the style, count what occurs together: the **Gram matrix** $G = F F^T / (h w)$ has one number for each pair of channels, and no
place in it. With the painting's $A$, summed over several layers,

$$ L_{style} = \\sum_{layers} \\frac{\\sum (G - A)^2}{\\sum A^2} $$

Both are written as shares, so that 0 is the same and 1 is about as far as unrelated pictures are.
"""
# %% [markdown] zh
"""
## 用数字表示内容与风格

$F$ 是某一层的反应：$C$ 个通道，$h \\times w$ 个位置。内容图片的反应记为 $P$，

$$ L_{content} = \\frac{\\sum (F - P)^2}{\\sum P^2} $$

对风格，数一数什么和什么一起出现：**Gram 矩阵** $G = F F^T / (h w)$ 中，每一对通道有一个数字，没有位置。油画的矩阵记为 $A$，对若干层求和，

$$ L_{style} = \\sum_{layers} \\frac{\\sum (G - A)^2}{\\sum A^2} $$

两者都写成比例：0 表示相同，1 大约是两张无关图片的距离。
"""
# %%
see = load_style_features()  # EfficientNet-Lite0; a VGG-16 or VGG-19 file can be given instead


def as_tensor(picture):
    """RGB -> (1, 3, H, W) in [-1, 1]."""
    return to_network(np.asarray(picture)[None].copy())


def gram(features):
    """(1, C, h, w) -> (C, C)."""
    flat = features.flatten(2)[0].float()
    return flat @ flat.T / flat.shape[1]


with torch.no_grad():
    wanted = see.describe(as_tensor(content)).content
    manner = [gram(features) for features in see.describe(as_tensor(painting)).style]
print(len(manner), "layers for the style, with", [len(one) for one in manner], "channels")


def losses(picture, layers):
    """Content and style distance of a picture (1, 3, H, W)."""
    seen = see.describe(picture)
    style = sum((gram(seen.style[k]) - manner[k]).square().sum() / manner[k].square().sum() for k in layers)
    return (seen.content - wanted).float().square().sum() / wanted.float().square().sum(), style


everything = range(len(manner))
for name, picture in (("the head", content), ("the painting", painting)):
    with torch.no_grad():
        content_loss, style_loss = losses(as_tensor(picture), everything)
    print(f"{name}: content {content_loss.item():.2f}, style {style_loss.item():.2f}")
# %% [markdown] en
"""
## Change the picture

The picture's own pixels are what is learned: gradients flow through the network, which stays as it is, down to the pixels.
"""
# %% [markdown] zh
"""
## 改变图片

要学的就是图片自己的像素：梯度穿过保持不变的网络，一直流到像素。
"""


# %%
def paint(begin, content_weight, style_weight, layers=everything, seconds=SECONDS):
    """Optimise pixels for so many seconds -> a picture."""
    picture = begin.clone().requires_grad_()
    optimizer, until, steps = torch.optim.Adam([picture], 0.03), time.monotonic() + seconds, 0
    while time.monotonic() < until:
        optimizer.zero_grad()
        content_loss, style_loss = losses(picture, layers)
        steps_between = (picture.diff(dim=2).square().mean() + picture.diff(dim=3).square().mean()) * 0.2
        (content_weight * content_loss + style_weight * style_loss + steps_between).backward()
        optimizer.step()
        with torch.no_grad():
            picture.clamp_(-1, 1)
        steps += 1
    print(f"{steps} steps: content {content_loss.item():.2f}, style {style_loss.item():.2f}")
    return Image.fromarray(to_bytes(picture)[0])


painted = paint(as_tensor(content), 1.0, 1.0)
contact_sheet([content, painting, painted], columns=3)
# %% [markdown] en
"""
## Content alone, style alone

From noise, each of the two alone. Left, content alone: what a late layer remembers of a picture (shapes, roughly where they are,
few colours). Right, style alone: the painting's strokes anywhere, a *texture* (Gatys et al. 2015; `pinxit texture` does it well).
"""
# %% [markdown] zh
"""
## 只有内容，只有风格

从噪声出发，各自单独来。左边只有内容：较深的层记住的东西（形状、大概的位置，颜色很少）。右边只有风格：油画的笔触随处可见，是一种*纹理*
（Gatys 等人 2015；`pinxit texture` 做得更好）。
"""
# %%
noise = torch.randn(1, 3, SIDE, SIDE) * 0.3
contact_sheet([paint(noise, 1.0, 0.0), paint(noise, 0.0, 1.0)], columns=2)
# %% [markdown] en
"""
## Shallow layers, deep layers

Style by the first layers alone takes over colours and fine grain; by the last ones alone, larger pieces of the painting.
"""
# %% [markdown] zh
"""
## 浅层与深层

只用前面的层，学到的是颜色和细小的颗粒；只用后面的层，学到的是油画中较大的片段。
"""
# %%
first, last = range(3), range(3, 5)  # what follows are bands of the picture itself, for its colours
contact_sheet([paint(as_tensor(content), 1.0, 2.0, first), paint(as_tensor(content), 1.0, 2.0, last)], columns=2)
# %% [markdown] en
"""
## Done well

`pinxit.style` adds what took the field some years: it paints from coarse to fine, so that strokes become as large as the painting's;
it keeps transparency and, if wanted, the picture's own colours; it works in tiles, goes on after a break and says how near it came.
"""
# %% [markdown] zh
"""
## 认真地做

`pinxit.style` 加上了这个领域几年间学到的东西：由粗到细地画，使笔触和油画里的一样大；保留透明，也可以保留图片自己的颜色；分块处理大图，中断后能
继续，并告诉你有多接近。
"""
# %%
steps = 40 if SECONDS > 5 else 2
made = pinxit.style(content, painting, size=SIDE, steps=steps)
kept = pinxit.style(content, painting, size=SIDE, steps=steps, keep_colours="luminance")
print(made.score)
contact_sheet([made.image, kept.image], columns=2)
# %% [markdown] en
"""
**To try:** your own pictures; `strength=4`; two paintings at once, with weights; a mask that gives the ground another manner than the
head ([how](../how-to/style.md)); a VGG-16 in place of EfficientNet-Lite0, which is slower and paints larger strokes.

A network can also *learn* a manner once and then paint any picture in one pass (Johnson et al. 2016): the loss above, but the
weights of a painter change instead of the pixels.
"""
# %% [markdown] zh
"""
**试一试：**你自己的图片；`strength=4`；同时用两幅画，并给出权重；用蒙版让背景和头像有不同的风格（[说明](../how-to/style.md)，英文）；用 VGG-16
代替 EfficientNet-Lite0，更慢，笔触更大。

网络也可以把一种风格*学*一次，然后一遍就画完任何图片（Johnson 等人 2016）：用的是上面的损失，但改变的是画家的权重，而不是像素。
"""

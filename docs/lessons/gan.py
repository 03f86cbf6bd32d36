# %% [markdown] en
"""
# The GAN: two players and a picture

A *generative adversarial network* learns to paint by playing a game. The **generator** turns random numbers into pictures. The
**discriminator** looks at a picture and says how sure it is that the picture is real. One wants to be taken for real, the other
wants not to be fooled. Nobody ever tells the generator what a picture should look like; it only hears, through the
discriminator, in which direction to change.

You need nothing but a processor: every cell below takes less than a minute on two cores.
"""

# %% [markdown] zh
"""
# GAN：两个玩家与一张图片

*生成对抗网络*通过一场游戏学会画画。**生成器**把随机数变成图片；**判别器**看一张图片，说出它有多确信这张图片是真的。一个想以假乱真，
另一个不想受骗。没有人告诉生成器图片应该是什么样子；它只从判别器那里得知该往哪个方向改变。

不需要显卡：下面每个单元在两个处理器核上都不到一分钟。
"""
# %% [markdown] en
"""
The next cell installs pinxit where it is missing. It keeps the PyTorch that is there.
"""
# %% [markdown] zh
"""
下一个单元在缺少 pinxit 时安装它，不会替换已有的 PyTorch。
"""
# %%
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("pinxit") is None:
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "pinxit"], check=True)

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

_ = torch.manual_seed(0)
# %% [markdown] en
"""
## The formula, in two forms

Let $D(x)$ between 0 and 1 be how sure the discriminator is that $x$ is real, and $G(z)$ what the generator paints from noise
$z$. One can write the game in the simplest way, with what the discriminator believes:

$$\\max_D \\; E_x[D(x)] - E_z[D(G(z))] \\qquad\\qquad \\max_G \\; E_z[D(G(z))]$$

Goodfellow et al. (2014) wrote it with logarithms:

$$\\min_G \\max_D \\; E_x[\\log D(x)] + E_z[\\log(1 - D(G(z)))]$$

The sides agree on who should win. They differ in **how much a mistake costs**. In the first form being wrong and sure costs 1,
as much as anybody could lose. With the logarithm it costs without limit: the discriminator pays for its *surprise*. Two things
follow.

1. The best discriminator of the first form says 1 wherever real is likelier than fake, and 0 elsewhere: all or nothing. That of
   the second says the share $p_{real} / (p_{real} + p_{fake})$: a probability.
2. The slope, which is all that the generator ever hears, is $D(1-D)$ in the first form, for both players. It dies whenever the
   discriminator is sure, right or wrong. In the second form the discriminator always learns from its mistakes. The generator's
   own side still dies while it loses, which is why in practice it maximises $E_z[\\log D(G(z))]$ instead: the *nonsaturating*
   game, with the same end and a slope where it is needed.

Look at the slopes with respect to the raw score $s$, where $D = 1 / (1 + e^{-s})$. Left of 0 the generator is losing.
"""
# %% [markdown] zh
"""
## 公式的两种形式

设 $D(x)$（0 到 1）是判别器认为 $x$ 为真的把握，$G(z)$ 是生成器由噪声 $z$ 画出的图片。最简单的写法是直接用判别器的“相信程度”：

$$\\max_D \\; E_x[D(x)] - E_z[D(G(z))] \\qquad\\qquad \\max_G \\; E_z[D(G(z))]$$

Goodfellow 等人（2014）写成了对数形式：

$$\\min_G \\max_D \\; E_x[\\log D(x)] + E_z[\\log(1 - D(G(z)))]$$

两者对“谁应该赢”的看法一致，不同的是**一个错误的代价**。第一种形式里，“很确信但是错了”最多损失 1；有了对数，代价没有上限：判别器要为自己的*意外*
付出代价。由此得到两点：

1. 第一种形式的最优判别器在“真比假更可能”的地方说 1，其余地方说 0：非此即彼。第二种形式的最优判别器说出比例 $p_{real} / (p_{real} + p_{fake})$：
   一个概率。
2. 生成器唯一能听到的是斜率。第一种形式对双方都是 $D(1-D)$：只要判别器很确信，无论对错，斜率都会消失。第二种形式里判别器总能从错误中学习；
   但生成器在输的时候斜率仍会消失，所以实践中它改为最大化 $E_z[\\log D(G(z))]$：*不饱和*的游戏，终点相同，而在需要的地方有斜率。

看一看对原始分数 $s$ 的斜率，其中 $D = 1 / (1 + e^{-s})$。0 的左边，生成器正在输。
"""
# %%
from pinxit.objectives.adversarial import OBJECTIVES

scores = torch.linspace(-6, 6, 7, requires_grad=True)
print("score of a painted picture ", "  ".join(f"{score:6.1f}" for score in scores.tolist()))
for name in ("linear", "minimax", "nonsaturating"):
    loss = OBJECTIVES[name].generator(scores, scores) * len(scores)
    (slope,) = torch.autograd.grad(loss, scores)
    print(f"what {name:14s} hears  ", "  ".join(f"{float(-each):6.3f}" for each in slope))
# %% [markdown] en
"""
## A toy that can be seen whole

Real data here are points in the plane, in eight small heaps on a ring. The generator moves random points; the discriminator
judges places. The pictures show its judgement as it learns: light where it believes in real points, dark where it does not.
Real points are black, painted ones red.
"""
# %% [markdown] zh
"""
## 一个能看清全貌的玩具

这里的真实数据是平面上的点，排成一圈八小堆。生成器移动随机点，判别器评判位置。图中显示它学习时的判断：亮处它相信有真实的点，暗处不相信。
真实的点是黑色，画出来的是红色。
"""


# %%
def ring(count):
    """Points (count, 2) in eight heaps."""
    angle = torch.randint(8, (count,)) * (2 * np.pi / 8)
    return torch.stack([angle.cos(), angle.sin()], dim=1) + 0.05 * torch.randn(count, 2)


def player(inputs, outputs):
    """A small network of three layers."""
    return nn.Sequential(
        nn.Linear(inputs, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, outputs)
    )


def surface(discriminator, generator, side=160):
    """What the discriminator thinks of every place from -1.6 to 1.6, with points on top."""
    axis = torch.linspace(-1.6, 1.6, side)
    places = torch.stack(torch.meshgrid(axis, axis, indexing="xy"), dim=2).reshape(-1, 2)
    with torch.no_grad():
        believed = discriminator(places).sigmoid().reshape(side, side, 1)
        points = {(0, 0, 0): ring(200), (215, 40, 40): generator(torch.randn(200, 2))}
    shown = (60 + 195 * believed.expand(-1, -1, 3).numpy()).astype(np.uint8)
    for colour, where in points.items():
        columns, rows = ((where + 1.6) / 3.2 * (side - 1)).round().long().clamp(0, side - 1).T
        shown[rows, columns] = colour
    return Image.fromarray(shown).resize((2 * side, 2 * side), Image.Resampling.NEAREST)


def play(objective, steps, rates=(1e-3, 1e-3), looks=(0, 200, 800), reals=ring, seed=0):
    """Train both players -> pictures of the discriminator's surface side by side, and the generator."""
    torch.manual_seed(seed)
    generator, discriminator = player(2, 2), player(2, 1)
    adams = [
        torch.optim.Adam(network.parameters(), rate, betas=(0.5, 0.999))
        for network, rate in zip((generator, discriminator), rates, strict=True)
    ]
    shown = []
    for step in range(steps + 1):
        if step in looks or step == steps:
            shown.append(surface(discriminator, generator))
        real, fake = reals(256), generator(torch.randn(256, 2))
        adams[1].zero_grad()
        OBJECTIVES[objective].discriminator(discriminator(real)[:, 0], discriminator(fake.detach())[:, 0]).backward()
        adams[1].step()
        adams[0].zero_grad()
        OBJECTIVES[objective].generator(discriminator(real)[:, 0], discriminator(fake)[:, 0]).backward()
        adams[0].step()
    joined = Image.new("RGB", (sum(one.width + 4 for one in shown), shown[0].height), "white")
    for place, one in enumerate(shown):
        joined.paste(one, (place * (one.width + 4), 0))
    return joined, generator


def heaps_found(generator):
    """How many of the eight heaps get at least a fiftieth of what is painted."""
    with torch.no_grad():
        points = generator(torch.randn(4000, 2))
    near = points[(points.norm(dim=1) - 1).abs() < 0.25]
    which = (torch.atan2(near[:, 1], near[:, 0]) / (2 * np.pi / 8)).round().long() % 8
    return int((torch.bincount(which, minlength=8) > 80).sum())


picture, generator = play("nonsaturating", 3000)
print("heaps found:", heaps_found(generator), "of 8")
picture
# %% [markdown] en
"""
## Collapse, provoked and cured

Let the generator learn ten times faster than the discriminator. It finds one place that is believed, sends all its points
there, and when the discriminator has noticed, moves on to the next: **mode collapse**. Each single point may look real; together
they are not.
"""
# %% [markdown] zh
"""
## 模式崩溃：引发与治愈

让生成器学得比判别器快十倍。它找到一个被相信的地方，把所有点都送到那里；等判别器发觉，又搬到下一个地方：这就是**模式崩溃**。每个点单独看都像
真的，合在一起却不是。
"""
# %%
picture, generator = play("nonsaturating", 1500, rates=(1e-2, 1e-3), looks=(100, 500))
print("heaps found:", heaps_found(generator), "of 8")
picture
# %% [markdown] en
"""
The cure is to let both keep pace; here, equal steps. (For pictures there are more: penalties on the discriminator's slope, looking
at whole batches instead of single pictures, a changing step size. pinxit measures variety at every checkpoint, says when it
falls, goes back to the best checkpoint and on at half the learning rate.)
"""
# %% [markdown] zh
"""
办法是让双方步调一致；这里用相同的步长。（对图片还有更多办法：惩罚判别器的斜率，一次看一整批而不是单张图片，改变步长。pinxit 在每个检查点都测量
多样性，下降时会告知，退回最好的检查点，并以一半的学习率继续。）
"""
# %%
picture, generator = play("nonsaturating", 1500, rates=(1e-3, 1e-3), looks=(100, 500))
print("heaps found:", heaps_found(generator), "of 8")
picture
# %% [markdown] en
"""
## Pictures

The same game with convolutions: the generator doubles a small grid until it is a picture, the discriminator halves a picture until
it is a number (Radford et al. 2015, *DCGAN*). These are the drawn heads that come with pinxit, at 32 pixels, over white.
"""
# %% [markdown] zh
"""
## 图片

同样的游戏，换成卷积：生成器把一个小网格不断加倍直到成为图片，判别器把图片不断减半直到成为一个数（Radford 等人 2015，*DCGAN*）。这里用 pinxit
自带的手绘头像，32 像素，白色背景。
"""
# %%
from pinxit.data.catalog import resolve
from pinxit.data.pack import pack
from pinxit.images.sheets import contact_sheet

heads = pack(resolve("peeps"), size=(32, 32), alpha=False)
real_pictures = torch.from_numpy(heads.pictures(heads.train)).permute(0, 3, 1, 2).float() / 127.5 - 1


def shown(pictures):
    """(N, 3, H, W) in [-1, 1] as a sheet."""
    as_bytes = ((pictures.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()
    return contact_sheet(as_bytes)


shown(real_pictures[:36])
# %%
LATENTS, WIDTH = 64, 32


def picture_generator():
    """(N, LATENTS, 1, 1) -> (N, 3, 32, 32) in [-1, 1]."""
    return nn.Sequential(
        nn.ConvTranspose2d(LATENTS, 4 * WIDTH, 4, 1, 0, bias=False), nn.BatchNorm2d(4 * WIDTH), nn.ReLU(),
        nn.ConvTranspose2d(4 * WIDTH, 2 * WIDTH, 4, 2, 1, bias=False), nn.BatchNorm2d(2 * WIDTH), nn.ReLU(),
        nn.ConvTranspose2d(2 * WIDTH, WIDTH, 4, 2, 1, bias=False), nn.BatchNorm2d(WIDTH), nn.ReLU(),
        nn.ConvTranspose2d(WIDTH, 3, 4, 2, 1), nn.Tanh(),
    )  # fmt: skip


def picture_discriminator():
    """(N, 3, 32, 32) -> (N, 1, 1, 1): raw scores. Spectral norms keep it from winning outright (Miyato et al. 2018)."""
    norm = nn.utils.parametrizations.spectral_norm
    return nn.Sequential(
        norm(nn.Conv2d(3, WIDTH, 4, 2, 1)), nn.LeakyReLU(0.2),
        norm(nn.Conv2d(WIDTH, 2 * WIDTH, 4, 2, 1)), nn.LeakyReLU(0.2),
        norm(nn.Conv2d(2 * WIDTH, 4 * WIDTH, 4, 2, 1)), nn.LeakyReLU(0.2),
        norm(nn.Conv2d(4 * WIDTH, 1, 4, 1, 0)),
    )  # fmt: skip


# %% [markdown] en
"""
The same two networks in Keras, side by side with those above. (Skipped where TensorFlow is not installed. Pictures are laid out
with channels last there.)
"""
# %% [markdown] zh
"""
同样的两个网络，用 Keras 写出来，与上面对照。（没有安装 TensorFlow 时跳过。那里的图片以通道在后的方式排列。）
"""
# %%
if importlib.util.find_spec("keras") and importlib.util.find_spec("tensorflow"):
    from keras import Sequential, layers

    keras_generator = Sequential([
        layers.Input((1, 1, LATENTS)),
        layers.Conv2DTranspose(4 * WIDTH, 4, use_bias=False), layers.BatchNormalization(), layers.ReLU(),
        layers.Conv2DTranspose(2 * WIDTH, 4, 2, "same", use_bias=False), layers.BatchNormalization(), layers.ReLU(),
        layers.Conv2DTranspose(WIDTH, 4, 2, "same", use_bias=False), layers.BatchNormalization(), layers.ReLU(),
        layers.Conv2DTranspose(3, 4, 2, "same", activation="tanh"),
    ])  # fmt: skip
    keras_discriminator = Sequential([
        layers.Input((32, 32, 3)),
        layers.SpectralNormalization(layers.Conv2D(WIDTH, 4, 2, "same")), layers.LeakyReLU(0.2),
        layers.SpectralNormalization(layers.Conv2D(2 * WIDTH, 4, 2, "same")), layers.LeakyReLU(0.2),
        layers.SpectralNormalization(layers.Conv2D(4 * WIDTH, 4, 2, "same")), layers.LeakyReLU(0.2),
        layers.SpectralNormalization(layers.Conv2D(1, 4)),
    ])  # fmt: skip
    print("numbers to learn:", keras_generator.count_params(), "and", keras_discriminator.count_params())
# %% [markdown] en
"""
The training step, word for word: real pictures and painted ones to the discriminator, its gradient, its step; then the painted
ones again, the gradient through the discriminator into the generator, its step.
"""
# %% [markdown] zh
"""
训练的一步，逐字写来：真图片和画出来的图片给判别器，求它的梯度，走一步；然后再把画出来的给它，梯度穿过判别器进入生成器，生成器走一步。
"""
# %%
import os
import time

SECONDS = float(os.environ.get("LESSON_SECONDS", "45"))

torch.manual_seed(0)
painter, judge = picture_generator(), picture_discriminator()
for_painter = torch.optim.Adam(painter.parameters(), 4e-4, betas=(0.5, 0.999))
for_judge = torch.optim.Adam(judge.parameters(), 4e-4, betas=(0.5, 0.999))
fixed = torch.randn(36, LATENTS, 1, 1)

began, steps = time.monotonic(), 0
while time.monotonic() - began < SECONDS:
    real = real_pictures[torch.randint(len(real_pictures), (64,))]
    fake = painter(torch.randn(64, LATENTS, 1, 1))

    # the discriminator: high scores for real, low ones for painted (log D(x) = -softplus(-score))
    for_judge.zero_grad()
    loss = F.softplus(-judge(real)).mean() + F.softplus(judge(fake.detach())).mean()
    loss.backward()
    for_judge.step()

    # the generator: be believed
    for_painter.zero_grad()
    F.softplus(-judge(fake)).mean().backward()
    for_painter.step()
    steps += 1

print(f"{steps} steps, {64 * steps:,} pictures seen")
with torch.no_grad():
    sheet = shown(painter(fixed))
sheet
# %% [markdown] en
"""
## The same with pinxit

`pinxit.train` does this with a calmer average of the generator, augmentation, checkpoints, previews, checkups and a score, for seven
objectives (`objective="linear"` is the first form above) and several families. What twenty minutes of the default family paint
is on the front page. One that is trained already is there at once:
"""
# %% [markdown] zh
"""
## 用 pinxit 做同样的事

`pinxit.train` 做的就是这些，再加上更平稳的平均生成器、数据增强、检查点、预览、体检和评分，有七种目标函数（`objective="linear"` 就是上面的第一种形式）和
多个网络家族。默认家族训练二十分钟的结果在首页上。已经训练好的模型可以马上使用：
"""
# %%
import pinxit

model = pinxit.load("peeps")
contact_sheet([painting.image for painting in model.make(range(24))])
# %% [markdown] en
"""
**To try:** change `rates`; play with `"linear"` and several seeds in the toy and count heaps; take the spectral norms out of the
discriminator; train twice as long.
"""
# %% [markdown] zh
"""
**试一试：**改变 `rates`；在玩具里用 `"linear"` 和不同的种子，数一数找到几堆；去掉判别器里的谱归一化；训练两倍的时间。
"""

# %% [markdown] en
"""
# GAN against VAE and the others: strengths and weaknesses, measured

Three ways to learn to paint, on the same pictures, for the same time, judged in the same way:

| family | what it bets on | what it is good at | what it is bad at |
|---|---|---|---|
| **VAE** (Kingma & Welling 2013) | squeeze a picture to a few numbers, draw it back, keep the numbers near a normal distribution | steady; leaves nothing out; encodes *your* pictures | the mean of all that is possible is blurred |
| **GAN** (Goodfellow et al. 2014) | be taken for real by a critic that learns beside you | sharp | swings, collapses, leaves kinds of pictures out; cannot encode |
| **Projected GAN** (Sauer et al. 2021) | the same, but the critic sees through features learned from photographs | sharp within minutes | others' photographs are in its eye; cannot encode |

You have heard such lists before. Below they are measured, in under a minute for each family. Longer runs on the same pictures:
[all families side by side](../families/README.md).
"""

# %% [markdown] zh
"""
# GAN 对 VAE 及其他：实测的长处与短处

三种学画的办法，用同样的图片，同样的时间，同样的评判：

| 家族 | 它押注在什么上 | 长处 | 短处 |
|---|---|---|---|
| **VAE**（Kingma 与 Welling 2013） | 把图片压缩成几个数字，再画回来，并让这些数字接近正态分布 | 稳定；什么都不漏掉；能编码*你的*图片 | 所有可能性的平均是模糊的 |
| **GAN**（Goodfellow 等人 2014） | 让一个同时在学习的判别器以为是真的 | 锐利 | 摇摆、崩溃、漏掉某些种类的图片；不能编码 |
| **Projected GAN**（Sauer 等人 2021） | 同上，但判别器通过从照片学到的特征来看 | 几分钟就锐利 | 眼睛里有别人的照片；不能编码 |

这样的表格你听过很多。下面把它们测量出来，每个家族不到一分钟。更长时间的结果：[所有家族的对比](../families/README.md)（英文）。
"""
# %%
import importlib.util
import os
import shutil
import subprocess
import sys

if importlib.util.find_spec("pinxit") is None:
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "pinxit"], check=True)

import numpy as np
import pinxit
from pinxit.data.catalog import resolve
from pinxit.images.sheets import contact_sheet

SECONDS = float(os.environ.get("LESSON_SECONDS", "45"))
runs = {}


def train(family, **how):
    """So many seconds of a family on heads of 32 pixels -> a sheet of what it paints."""
    runs[family] = pinxit.train(
        "peeps", family=family, size=32, alpha=False, minutes=SECONDS / 60, start="none", report=False, checkups=False,
        out=f"lesson-{family}", **how,
    )  # fmt: skip
    model = runs[family].load()
    print(f"{family}: {model.header['seen']:,} pictures seen in {SECONDS:.0f} seconds")
    return contact_sheet([painting.image for painting in model.make(range(32))], columns=8)


# %%
train("vae")
# %%
train("dcgan")
# %%
train("projected", features_at=64)
# %% [markdown] en
"""
## Judged by numbers

500 pictures of each family against pictures that none of them has seen. **KID**: how far the whole of what is painted lies from
real pictures (0 is as near as real ones lie to each other). **Precision**: what share of painted pictures could be real.
**Recall**: what share of real pictures could have been painted. A blurred family has low precision; one that leaves kinds of
pictures out has low recall.

In under a minute nobody is good. Look at who is bad at *what*.
"""
# %% [markdown] zh
"""
## 用数字评判

每个家族画 500 张，与它们都没见过的图片比较。**KID**：画出来的整体离真实图片有多远（0 表示像真实图片彼此之间一样近）。**精确率**：画出来的图片中有多少
可能是真的。**召回率**：真实图片中有多少可能被画出来。模糊的家族精确率低；漏掉某些种类的家族召回率低。

不到一分钟，谁都不会好。要看的是谁在*哪方面*不好。
"""
# %%
for family, run in runs.items():
    found = pinxit.score(run.model_file, count=500)
    support = found.support
    print(
        f"{family:10s} KID x 1000 {found.kid.mean:7.0f}   precision {support.precision:.2f}   recall {support.recall:.2f}"
    )
# %% [markdown] en
"""
## What only an autoencoder can do at once

Squeeze pictures that it has never seen to a few numbers, and draw them back. Above the pictures, below what the VAE takes them
for. A GAN has no such way back from picture to numbers; one has to search for them.
"""
# %% [markdown] zh
"""
## 只有自编码器能马上做到的

把从未见过的图片压缩成几个数字，再画回来。上面是图片，下面是 VAE 的理解。GAN 没有从图片回到数字的路，只能去搜索。
"""
# %%
vae = runs["vae"].load()
unseen = [picture.load().resize((32, 32)) for picture in resolve("peeps").pictures[-8:]]
codes = vae.encode(unseen)
print("a picture is", codes.shape[1], "numbers")
contact_sheet([*unseen, *vae.decode(codes)], columns=8)
# %% [markdown] en
"""
Between two codes lie pictures, too. A walk from the first picture to the last:
"""
# %% [markdown] zh
"""
两个编码之间也有图片。从第一张走到最后一张：
"""
# %%
shares = np.linspace(0, 1, 8)[:, None]
contact_sheet(vae.decode(((1 - shares) * codes[0] + shares * codes[-1]).astype(np.float32)), columns=8)
# %% [markdown] en
"""
## A hosted notebook forgets

A run is a folder, and the folder is all there is to it. Copy it to where things stay (a drive, a download) before the notebook is
closed; next time copy it back and go on from its newest checkpoint, to the same bit as if nothing had happened.
"""
# %% [markdown] zh
"""
## 在线笔记本会忘记一切

一次训练就是一个文件夹，全部内容都在里面。关闭笔记本之前，把它复制到不会丢失的地方（网盘，或者下载）；下次复制回来，就能从最新的检查点继续，
结果与从未中断过完全一样。
"""
# %%
kept = shutil.copytree(runs["dcgan"].path, "kept-lesson-dcgan", dirs_exist_ok=True)
before = runs["dcgan"].load().header["seen"]
longer = pinxit.resume(kept, minutes=1.3 * SECONDS / 60)
print(f"{before:,} pictures were seen before the copy, {longer.load().header['seen']:,} are now")
# %% [markdown] en
"""
**To try:** `train("r3gan")`, `train("stylegan")`, `train("progressive")`; ten minutes each with `preset="lesson"`; the same seed twice.
"""
# %% [markdown] zh
"""
**试一试：**`train("r3gan")`、`train("stylegan")`、`train("progressive")`；用 `preset="lesson"` 各训练十分钟；同一个种子训练两次。
"""

//! Plots as SVG: named series over two axes.

use std::ops::Range;

use goldenset_core::{Code, Error, Result};
use plotters::chart::{ChartBuilder, ChartContext, SeriesLabelPosition};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::element::{Circle, Rectangle};
use plotters::prelude::{Cartesian2d, DrawingArea, IntoDrawingArea, SVGBackend};
use plotters::series::LineSeries;
use plotters::style::{Color, IntoFont, RGBColor, TextStyle};

/// Width and height in pixels; a page scales it.
const SIZE: (u32, u32) = (760, 420);

const PAPER: RGBColor = RGBColor(255, 255, 255);
const INK: RGBColor = RGBColor(34, 34, 34);
const GRID: RGBColor = RGBColor(208, 208, 208);
/// Colours that colour-blind people tell apart and that are read on light and on dark ground
/// (Okabe and Ito, Color Universal Design, 2008).
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(204, 121, 167),
    RGBColor(0, 158, 115),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];

/// What an axis shows.
#[derive(Debug, Clone)]
pub struct Axis {
    /// What it is, with its unit.
    pub label: String,
    /// From where to where.
    pub range: Range<f64>,
    /// Whether its values are shares, to be written as percentages.
    pub percent: bool,
}

impl Axis {
    fn written(&self, value: f64) -> String {
        let wide = self.range.end - self.range.start;
        match self.percent {
            true if wide < 0.1 => format!("{:.1} %", value * 100.0),
            true => format!("{:.0} %", value * 100.0),
            false if wide >= 10.0 => format!("{value:.0}"),
            false => format!("{value:.2}"),
        }
    }
}

/// What connects the points of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A line through them.
    Line,
    /// Nothing: each is a dot.
    Dots,
}

/// Points with a name.
#[derive(Debug, Clone)]
pub struct Series {
    /// What the legend calls it.
    pub name: String,
    /// Its points.
    pub points: Vec<(f64, f64)>,
    /// How they are shown.
    pub mark: Mark,
    /// Which colour: series with the same number have the same.
    pub colour: usize,
}

/// Bars with a name, one height for each bin.
#[derive(Debug, Clone)]
pub struct Bars {
    /// What the legend calls them.
    pub name: String,
    /// The heights.
    pub heights: Vec<f64>,
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Drawn = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// Lines and dots.
///
/// # Errors
/// `internal` when it cannot be drawn.
pub fn lines(x: &Axis, y: &Axis, series: &[Series]) -> Result<String> {
    drawn(x, y, |chart| {
        for one in series {
            let colour = colour(one.colour);
            let annotation = match one.mark {
                Mark::Line => chart
                    .draw_series(LineSeries::new(one.points.clone(), colour.stroke_width(2)))?,
                Mark::Dots => chart.draw_series(
                    one.points.iter().map(|at| Circle::new(*at, 5, colour.filled())),
                )?,
            };
            annotation.label(&one.name).legend(move |at| key(at, colour));
        }
        Ok(())
    })
}

/// Bars that stand on one another, the first series below, bins of equal width over the x axis.
///
/// # Errors
/// `internal` when it cannot be drawn.
pub fn stacked_bars(x: &Axis, y: &Axis, series: &[Bars]) -> Result<String> {
    drawn(x, y, |chart| {
        let bins = series.iter().map(|bars| bars.heights.len()).max().unwrap_or_default();
        let width = (x.range.end - x.range.start) / bins.max(1) as f64;
        let mut floors = vec![y.range.start; bins];
        for (place, bars) in series.iter().enumerate() {
            let colour = colour(place);
            let mut boxes = Vec::new();
            for (bin, (height, floor)) in bars.heights.iter().zip(&mut floors).enumerate() {
                let left = x.range.start + bin as f64 * width;
                let top = *floor + height;
                if *height > 0.0 {
                    let corners = [(left + width * 0.05, *floor), (left + width * 0.95, top)];
                    boxes.push(Rectangle::new(corners, colour.filled()));
                }
                *floor = top;
            }
            chart.draw_series(boxes)?.label(&bars.name).legend(move |at| key(at, colour));
        }
        Ok(())
    })
}

/// Rules that let the plots of a page follow its colours `--ink`, `--paper` and `--grid`.
#[must_use]
pub fn css() -> String {
    let rule = |colour: RGBColor, name: &str| {
        let RGBColor(red, green, blue) = colour;
        let code = format!("#{red:02X}{green:02X}{blue:02X}");
        format!(
            "svg [fill=\"{code}\"]{{fill:var({name})}}svg [stroke=\"{code}\"]{{stroke:var({name})}}"
        )
    };
    [rule(PAPER, "--paper"), rule(INK, "--ink"), rule(GRID, "--grid")].concat()
}

fn colour(place: usize) -> RGBColor {
    COLOURS[place % COLOURS.len()]
}

fn key(at: (i32, i32), colour: RGBColor) -> Rectangle<(i32, i32)> {
    Rectangle::new([(at.0, at.1 - 4), (at.0 + 14, at.1 + 4)], colour.filled())
}

fn drawn(x: &Axis, y: &Axis, draw: impl FnOnce(&mut Chart<'_, '_>) -> Drawn) -> Result<String> {
    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
    draw_on(&area, x, y, draw)
        .map_err(|cause| Error::new(Code::Internal, "a plot could not be drawn").cause(cause))?;
    // The area writes the end of the document when it goes.
    drop(area);
    Ok(svg)
}

fn draw_on(
    area: &Area<'_>,
    x: &Axis,
    y: &Axis,
    draw: impl FnOnce(&mut Chart<'_, '_>) -> Drawn,
) -> Drawn {
    area.fill(&PAPER)?;
    let text = |size: i32| TextStyle::from(("sans-serif", size).into_font()).color(&INK);
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .x_label_area_size(48)
        .y_label_area_size(64)
        .build_cartesian_2d(x.range.clone(), y.range.clone())?;
    chart
        .configure_mesh()
        .bold_line_style(GRID)
        .light_line_style(PAPER.mix(0.0))
        .axis_style(INK)
        .label_style(text(13))
        .axis_desc_style(text(14))
        .x_desc(x.label.as_str())
        .y_desc(y.label.as_str())
        .x_label_formatter(&|value| x.written(*value))
        .y_label_formatter(&|value| y.written(*value))
        .draw()?;
    draw(&mut chart)?;
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(PAPER)
        .border_style(GRID)
        .label_font(text(13))
        .draw()?;
    area.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(label: &str, end: f64) -> Axis {
        Axis { label: label.into(), range: 0.0..end, percent: end <= 1.0 }
    }

    #[test]
    fn shows_axes_series_and_names() {
        let series = |name: &str, mark| Series {
            name: name.into(),
            points: vec![(0.0, 0.1), (0.5, 0.2), (1.0, 0.4)],
            mark,
            colour: 0,
        };
        let both = [series("before & after", Mark::Line), series("now", Mark::Dots)];
        let svg = lines(&axis("covered <share>", 1.0), &axis("error", 0.5), &both).unwrap();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let named = |tag| document.descendants().filter(move |node| node.tag_name().name() == tag);
        let text =
            |node: roxmltree::Node<'_, '_>| node.text().unwrap_or_default().trim().to_owned();
        let texts: Vec<_> = named("text").map(text).collect();
        for text in ["covered <share>", "error", "before & after", "now", "50 %"] {
            assert!(texts.iter().any(|found| found == text), "{text}: {texts:?}");
        }
        assert_eq!(named("circle").count(), 3);
        let of_first = named("polyline").filter(|node| node.attribute("stroke") == Some("#0072B2"));
        assert_eq!(of_first.count(), 1);
    }

    #[test]
    fn bars_stand_on_one_another() {
        let bars =
            |name: &str, heights: &[f64]| Bars { name: name.into(), heights: heights.into() };
        let series = [bars("right", &[1.0, 0.0]), bars("wrong", &[2.0, 3.0])];
        let svg = stacked_bars(&axis("score", 1.0), &axis("questions", 10.0), &series).unwrap();
        let document = roxmltree::Document::parse(&svg).unwrap();
        // Of each colour the bars with a height and the key of the legend.
        let of = |colour: &str| {
            document.descendants().filter(|node| node.attribute("fill") == Some(colour)).count()
        };
        assert_eq!((of("#0072B2"), of("#D55E00")), (1 + 1, 2 + 1));
    }

    #[test]
    fn nothing_to_show_is_an_empty_plot() {
        assert!(lines(&axis("x", 1.0), &axis("y", 1.0), &[]).unwrap().ends_with("</svg>\n"));
    }
}

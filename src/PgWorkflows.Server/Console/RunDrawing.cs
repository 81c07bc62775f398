using System.Globalization;
using System.Text.Json;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Server.Console;

/// <summary>The workflow of a run as it is drawn in the designer, with the way that the run has taken.</summary>
internal static class RunDrawing
{
    private const double Margin = 20;
    private const double LetterWidth = 8.2;
    private const double Scale = 0.75; // Still to be read; what is wider is scrolled.

    /// <summary>Nothing for a workflow that is no flowchart or has no places for its activities.</summary>
    public static Html Draw(Page page, WorkflowDefinition definition, IReadOnlyList<StepFacts> steps)
    {
        if (definition.Root is not { Type: "Elsa.Flowchart" } root)
            return default;
        var boxes = root.Children.Select(child => Box.Of(child.Activity)).OfType<Box>().ToDictionary(box => box.Id, StringComparer.Ordinal);
        if (boxes.Count == 0 || boxes.Count < root.Children.Count)
            return default;

        // An activity of the root flowchart has the path workflow:flowchart:activity; what runs inside of it has a longer one.
        var runs = steps.Where(step => step.NodeId.Count(letter => letter == ':') == 2).ToLookup(step => step.NodeId[(step.NodeId.LastIndexOf(':') + 1)..], StringComparer.Ordinal);
        var edges = root.Connections.Where(edge => boxes.ContainsKey(edge.Source) && boxes.ContainsKey(edge.Target))
            .Select(edge => (Edge: edge, IsTaken: IsTaken(edge, runs))).OrderBy(edge => edge.IsTaken);
        var (left, top) = (boxes.Values.Min(box => box.X) - Margin, boxes.Values.Min(box => box.Y) - Margin);
        var (width, height) = (boxes.Values.Max(box => box.X + box.Width) + Margin - left, boxes.Values.Max(box => box.Y + box.Height) + Margin - top);
        return page.Html(
            $"""
            <figure class="canvas" tabindex="0">
            <svg class="drawing" width="{Number(width * Scale)}" height="{Number(height * Scale)}" viewBox="{Number(left)} {Number(top)} {Number(width)} {Number(height)}" role="img" aria-label="{Texts.WayTaken}">
            {edges.Select(edge => Draw(page, boxes[edge.Edge.Source], boxes[edge.Edge.Target], edge.Edge, edge.IsTaken))}
            {boxes.Values.Select(box => Draw(page, box, [.. runs[box.Id]]))}
            </svg>
            </figure>
            """);
    }

    private static bool IsTaken(Connection edge, ILookup<string, StepFacts> runs) => runs[edge.Target].Any()
        && runs[edge.Source].Any(step => step.CompletedAt is not null && (step.Outcomes.Count == 0 ? "Done" == (edge.SourcePort ?? "Done") : step.Outcomes.Contains(edge.SourcePort ?? "Done")));

    private static Html Draw(Page page, Box from, Box to, Connection edge, bool isTaken)
    {
        var (x1, y1, x2, y2) = (from.X + from.Width, from.Y + (from.Height / 2), to.X, to.Y + (to.Height / 2));
        var bend = Math.Max(40, Math.Abs(x2 - x1) / 2);
        return page.Html($"<path class=\"{(isTaken ? "taken" : "way")}\" d=\"M{Number(x1)} {Number(y1)} C{Number(x1 + bend)} {Number(y1)} {Number(x2 - bend)} {Number(y2)} {Number(x2)} {Number(y2)}\"><title>{edge.SourcePort}</title></path>");
    }

    private static Html Draw(Page page, Box box, IReadOnlyList<StepFacts> runs)
    {
        var last = runs.Count == 0 ? null : runs[^1];
        var kind = last switch
        {
            null => "not",
            { Status: "Faulted" } => "fault",
            { CompletedAt: null } => "now",
            _ => "done",
        };
        var letters = (int)((box.Width - 16) / LetterWidth);
        var label = box.Label.Length <= letters ? box.Label : box.Label[..Math.Max(1, letters - 1)] + "…";
        var times = runs.Count > 1 ? page.Html($"<text class=\"times\" x=\"{Number(box.X + box.Width - 6)}\" y=\"{Number(box.Y + 16)}\">{runs.Count}×</text>") : default;
        return page.Html(
            $"""
            <g class="{kind}"><title>{box.Label}{(last is null ? "" : $": {string.Join(", ", last.Outcomes)} {last.Fault ?? last.Sentence}")}</title>
            <rect x="{Number(box.X)}" y="{Number(box.Y)}" width="{Number(box.Width)}" height="{Number(box.Height)}" rx="6"/>
            <text x="{Number(box.X + 10)}" y="{Number(box.Y + (box.Height / 2) + 5)}">{label}</text>{times}</g>
            """);
    }

    private static string Number(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);

    private sealed record Box(string Id, string Label, double X, double Y, double Width, double Height)
    {
        private const double Largest = 100_000;

        /// <summary>Where the designer has put an activity; null when it has no place.</summary>
        public static Box? Of(ActivityNode node) =>
            node.Json.TryGetProperty("metadata", out var metadata) && Part(metadata, "designer") is { } designer && Part(designer, "position") is { } position
            && Coordinate(position, "x") is { } x && Coordinate(position, "y") is { } y
                ? new(node.Id, node.Label, x, y, Size(designer, "width", 220), Size(designer, "height", 54)) : null;

        private static double Size(JsonElement designer, string name, double otherwise) =>
            Part(designer, "size") is { } size && Coordinate(size, name) is >= 40 and var given ? given : otherwise;

        private static JsonElement? Part(JsonElement json, string name) =>
            json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var part) && part.ValueKind == JsonValueKind.Object ? part : null;

        private static double? Coordinate(JsonElement json, string name) =>
            json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && Math.Abs(number) < Largest ? number : null;
    }
}

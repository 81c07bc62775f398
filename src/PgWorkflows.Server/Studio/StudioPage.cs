using System.Text.Encodings.Web;

namespace PgWorkflows.Server.Studio;

/// <summary>A page with one of Studio's elements; only one of them may be alive on a page (elsa-contract 6.3).</summary>
internal static class StudioPage
{
    private static readonly Dictionary<string, (string Type, byte[] Content)> Files = new(StringComparer.Ordinal)
    {
        ["studio.js"] = ("text/javascript", Read("studio.js")),
        ["studio.css"] = ("text/css", Read("studio.css")),
    };

    private static readonly string Template = System.Text.Encoding.UTF8.GetString(Read("studio.html"));

    public static IResult Of(string view, string? id)
    {
        if (id is not null && !Elsa.DefinitionInput.IsId(id))
            return Results.NotFound();
        var (title, current) = view switch
        {
            "definitions" => ("Workflows", "definitions"),
            "definition" => ($"Workflow {id}", "definitions"),
            "instances" => ("Runs", "instances"),
            _ => ($"Run {id}", "instances"),
        };
        var page = Template.Replace("{title}", HtmlEncoder.Default.Encode(title), StringComparison.Ordinal)
            .Replace("{view}", view, StringComparison.Ordinal)
            .Replace("{id}", HtmlEncoder.Default.Encode(id ?? ""), StringComparison.Ordinal)
            .Replace($"data-nav=\"{current}\"", "aria-current=\"page\"", StringComparison.Ordinal);
        return Results.Content(page, "text/html; charset=utf-8");
    }

    public static IResult File(string name, HttpContext context)
    {
        if (!Files.TryGetValue(name, out var file))
            return Results.NotFound();
        context.Response.Headers.CacheControl = "no-cache";
        return Results.Bytes(file.Content, file.Type);
    }

    private static byte[] Read(string name)
    {
        using var stream = typeof(StudioPage).Assembly.GetManifestResourceStream($"studio/{name}") ?? throw new InvalidOperationException($"The program lacks studio/{name}.");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}

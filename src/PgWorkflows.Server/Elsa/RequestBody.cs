using System.Buffers;
using System.Text.Json;
using PgWorkflows.Engine.Definitions;

namespace PgWorkflows.Server.Elsa;

/// <summary>Reads JSON bodies within bounds: bytes, depth, no member twice, valid Unicode.</summary>
internal static class RequestBody
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = DefinitionReader.MaxDepth, AllowDuplicateProperties = false };

    /// <summary>Reads a body that must be there.</summary>
    public static async Task<Fields> ReadAsync(HttpContext context, int maxBytes = 1024 * 1024)
    {
        if (!context.Request.HasJsonContentType())
            throw new Refusal(StatusCodes.Status415UnsupportedMediaType, "body", "The body must be JSON; send it as application/json.");
        return new Fields(Parse(await BytesAsync(context, maxBytes), "serializerErrors"), "");
    }

    /// <summary>Reads a body that may be missing.</summary>
    public static async Task<Fields> ReadOptionalAsync(HttpContext context)
    {
        var bytes = await BytesAsync(context, 1024 * 1024);
        return new Fields(bytes.IsEmpty ? JsonElement.Parse("{}"u8) : Parse(bytes, "serializerErrors"), "");
    }

    public static async Task<ReadOnlyMemory<byte>> BytesAsync(HttpContext context, int maxBytes)
    {
        if (context.Request.ContentLength > maxBytes)
            throw TooLarge(maxBytes);
        var buffer = new ArrayBufferWriter<byte>(4096);
        while (await context.Request.Body.ReadAsync(buffer.GetMemory(4096), context.RequestAborted) is > 0 and var read)
        {
            buffer.Advance(read);
            if (buffer.WrittenCount > maxBytes)
                throw TooLarge(maxBytes);
        }

        return buffer.WrittenMemory;
    }

    /// <summary>Parses JSON whose texts are all valid Unicode.</summary>
    public static JsonElement Parse(ReadOnlyMemory<byte> utf8, string field)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, Strict);
            ReadTexts(document.RootElement);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new Refusal(string.IsNullOrEmpty(e.Path) || e.Path == "$" ? field : e.Path, $"The body is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}): {e.Message}");
        }
        catch (InvalidOperationException)
        {
            throw new Refusal(field, "A text in the body is not valid Unicode; send it as UTF-8.");
        }
    }

    private static void ReadTexts(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String)
        {
            _ = json.GetString();
        }
        else if (json.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in json.EnumerateArray())
                ReadTexts(item);
        }
        else if (json.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in json.EnumerateObject())
            {
                _ = member.Name;
                ReadTexts(member.Value);
            }
        }
    }

    private static Refusal TooLarge(int maxBytes) => new(StatusCodes.Status413PayloadTooLarge, "body", $"The body is larger than {maxBytes:N0} bytes.");
}
